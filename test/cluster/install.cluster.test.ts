// What `kubectl apply -k .` does, in a namespace of the test's. Needs kubectl: in PATH, or beside the cluster that up.sh built.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithCluster, openSpace, type Space } from './cluster.ts';

const root = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

describeWithCluster('the installation', (place) => {
  let space: Space;
  let dir: string;

  beforeEach(async () => {
    space = await openSpace(place);
    dir = mkdtempSync(join(realpathSync(tmpdir()), 'epicenter-install-'));
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await space.close();
  });

  const beside = join(dirname(place.kubeconfig), '../../bin/kubectl');
  const kubectl = async (...args: string[]) =>
    promisify(execFile)(existsSync(beside) ? beside : 'kubectl', ['--kubeconfig', place.kubeconfig, ...args]);

  it('applies without a warning under strict validation, and a second time changes nothing', async () => {
    const settings = { namespace: space.namespace, resources: [relative(dir, root)] };
    writeFileSync(join(dir, 'kustomization.yaml'), JSON.stringify(settings));
    const apply = () =>
      kubectl(
        'apply',
        '-k',
        dir,
        '--server-side',
        '--validate=strict',
        '--warnings-as-errors',
        '--field-manager=installer',
      );
    expect((await apply()).stderr).toBe('');
    const services = await space.all('services');
    const sources = await space.all('kafkasources');
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['controller', 'event-api']);
    expect(sources.map(({ metadata }) => metadata.name)).toEqual([
      'controller-events',
      'event-api-collection',
    ]);
    await apply();
    expect([await space.all('services'), await space.all('kafkasources')]).toEqual([services, sources]);
  });
});
