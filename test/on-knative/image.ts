// The image, made as the Containerfile says, without a container engine: its build stage runs in a folder of this machine, with
// the Node that the image will have; shared/cluster/mkimage.py packs what came out.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readContainerfile, type Stage, type Step } from './containerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLUSTER = fileURLToPath(new URL('../../../shared/cluster/', import.meta.url));
const run = promisify(execFile);

interface Place {
  /** stands for `/` of the image */
  readonly root: string;
  /** where the Node of the image is */
  readonly bin: string;
}

/** Follows from what goes into it: other content, another tag. */
export async function imageTag(): Promise<string> {
  const { stdout } = await run(
    'git',
    ['ls-files', '-coz', '--exclude-standard', '--', 'Containerfile', ...(await sources())],
    {
      cwd: ROOT,
    },
  );
  const hash = createHash('sha256');
  for (const name of stdout.split('\0').filter((one) => one !== ''))
    hash.update(`${name}\0`).update(await readFile(join(ROOT, name)));
  return hash.digest('hex').slice(0, 12);
}

async function sources(): Promise<string[]> {
  const [build] = await stages();
  const copies = build?.steps.filter(({ does }) => does === 'COPY') ?? [];
  return copies.flatMap(({ args }) => args.split(' ').slice(0, -1));
}

async function stages(): Promise<Stage[]> {
  return readContainerfile(await readFile(join(ROOT, 'Containerfile'), 'utf8'));
}

/** Makes the image and brings it onto the node of level `full`. `node` is the one that mkimage.py packs. */
export async function loadImage(name: string, node: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'epicenter-image-'));
  try {
    const place = { root: join(dir, 'root'), bin: join(dir, 'bin') };
    await mkdir(place.bin);
    // The user of the image must get at both.
    await chmod(dir, 0o755);
    await copyFile(node, join(place.bin, 'node'));
    const [build, image, ...more] = await stages();
    if (build === undefined || image === undefined || more.length > 0) throw new Error('expected two stages');
    const work = join(place.root, build.workdir);
    await mkdir(work, { recursive: true });
    for (const step of build.steps) await (step.does === 'COPY' ? copy : execute)(step, work, place);
    await pack(image, build, { name, place, file: join(dir, 'image.tar') });
    await run(join(CLUSTER, 'load-image.sh'), [name, join(dir, 'image.tar')]);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function copy({ args }: Step, work: string): Promise<void> {
  const names = args.split(' ');
  const to = names.pop()!;
  for (const name of names)
    await cp(join(ROOT, name), join(work, to, to.endsWith('/') ? name : ''), { recursive: true });
}

async function execute({ args, user, env }: Step, work: string, { root, bin }: Place): Promise<void> {
  const inRoot = Object.entries(env).map(([name, value]) => [
    name,
    value.replace(/^\/(?=[a-z])/, `${root}/`),
  ]);
  // The rest of ours says how to reach the package registry, which a builder would be told, too.
  const full = { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...Object.fromEntries(inRoot) };
  const [uid = '0', gid = '0'] = user?.split(':') ?? [];
  await run('setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', 'sh', '-c', args], {
    cwd: work,
    env: full,
    maxBuffer: 2 ** 26,
  });
}

interface Packed {
  readonly name: string;
  readonly place: Place;
  readonly file: string;
}

async function pack(image: Stage, from: Stage, { name, place, file }: Packed): Promise<void> {
  const [only, ...more] = image.steps;
  if (only?.args !== `--from=${from.name} ${from.workdir} ${image.workdir}` || more.length > 0)
    throw new Error('expected an image that is a copy of the build');
  const variables = Object.entries(image.env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const entry = ['--entry', image.command.join(','), '--workdir', image.workdir];
  const files = `${join(place.root, relative('/', from.workdir))}:${image.workdir}`;
  const user = image.user === undefined ? [] : ['--user', image.user];
  await run(join(CLUSTER, 'mkimage.py'), [file, name, '--node', ...entry, ...user, ...variables, files]);
}
