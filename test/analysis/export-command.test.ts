// `npm run export` as a person meets it: beside a running Epicenter, interrupted, asked wrongly.
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { idAt, makeEvent, makeTweet } from '../factories.ts';
import { startNode, stop, tempDir, type Started } from '../journey/running.ts';
import { duckdbRows } from './duckdb.ts';
import { BEGIN } from './posts.ts';

const TWEETS = 30_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const dir = tempDir('export-command');
const data = join(dir.path, 'data');
const out = join(dir.path, 'out');
afterAll(() => dir[Symbol.dispose]());

beforeAll(async () => {
  mkdirSync(join(out, 'folder.parquet'), { recursive: true });
  const store = await openSqliteStore(data);
  await store.createEvent(makeEvent({ code: 'flood' }));
  for (let from = 0; from < TWEETS; from += 1_000)
    await store.saveTweets(
      Array.from({ length: 1_000 }, (_, n) => makeTweet({ t_id: idAt(BEGIN + (from + n) * 10), raw: '{}' })),
    );
  await store.close();
});

const exporting = (...args: string[]): Started =>
  startNode(['sql/export-main.ts', ...args], { DATA_DIR: data });

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(5);
}

test('The export writes an event while npm start runs on the same DATA_DIR', async () => {
  const running = startNode(['local.ts'], { DATA_DIR: data, PORT: '0', SOURCE: 'none' });
  await until(() => running.err().includes('The page is at'));
  const file = join(out, "flood's.parquet");
  const export_ = exporting('flood', file);
  expect(await export_.ended, export_.err()).toBe(0);
  expect(export_.out()).toBe(`${file}: ${TWEETS} tweets of flood\n`);
  expect(await stop(running)).toBe(143);
  expect(await duckdbRows(file.replace("'", "''"), 'SELECT count(DISTINCT t_id) AS n FROM tweet')).toEqual([
    { n: BigInt(TWEETS) },
  ]);
});

test('The export stops at Ctrl-C, leaving the file as it was and nothing beside it', async () => {
  const file = join(out, 'kept.parquet');
  writeFileSync(file, 'an earlier export');
  const before = readdirSync(out);
  const export_ = exporting('flood', file);
  await until(() => readdirSync(out).length > before.length);
  export_.process.kill('SIGINT');
  expect(await export_.ended).toBe(130);
  expect(export_.out()).toBe('');
  expect(readdirSync(out)).toEqual(before);
  expect(readFileSync(file, 'utf8')).toBe('an earlier export');
});

test.each([
  ['The code of an event is missing.\nUsage: npm run export -- CODE FILE.parquet', 2, []],
  ['The name of the file is missing.', 2, ['flood']],
  ['must end in .parquet; it is "flood.csv"', 2, ['flood', 'flood.csv']],
  ['more than a code and a file: "b.parquet"', 2, ['flood', 'a.parquet', 'b.parquet']],
  ["Unknown option '--all'", 2, ['--all', 'flood', 'a.parquet']],
  ['folder.parquet is a folder; name a file in it.', 2, ['flood', join(out, 'folder.parquet')]],
  ['There is no folder', 2, ['flood', join(out, 'none', 'a.parquet')]],
  ['There is no event "flod". There are: flood', 1, ['flod', join(out, 'a.parquet')]],
])('The export says "%s" and ends with %i', async (why, status, args) => {
  const before = readdirSync(out);
  const export_ = exporting(...args);
  expect(await export_.ended).toBe(status);
  expect(export_.err()).toContain(why);
  expect(export_.err()).not.toContain('    at ');
  expect(readdirSync(out)).toEqual(before);
});

test('The export from a Cassandra that is not there says so, and does not take DATA_DIR instead', async () => {
  const env = { DATA_DIR: data, CASSANDRA_CONTACT_POINTS: '127.0.0.1:1' };
  const export_ = startNode(['sql/export-main.ts', 'flood', join(out, 'a.parquet')], env);
  expect(await export_.ended).toBe(1);
  expect(export_.err()).toMatch(/^[^\n]*127\.0\.0\.1:1[^\n]*\n$/);
});

test('The export names the DATA_DIR that holds no store, and does not make one', async () => {
  const nowhere = join(dir.path, 'nowhere');
  const export_ = startNode(['sql/export-main.ts', 'flood', join(out, 'a.parquet')], { DATA_DIR: nowhere });
  expect(await export_.ended).toBe(1);
  expect(export_.err()).toContain(`DATA_DIR "${nowhere}" holds no tweets`);
  expect(readdirSync(dir.path)).not.toContain('nowhere');
});

test('The export without DuckDB asks for npm ci', async () => {
  const copy = join(dir.path, 'copy');
  mkdirSync(join(copy, 'node_modules'), { recursive: true });
  for (const name of ['sql', 'eventing', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of ['zod', 'cassandra-driver'])
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  const export_ = startNode([join(copy, 'sql', 'export-main.ts'), 'flood', join(out, 'a.parquet')], {
    DATA_DIR: data,
  });
  expect(await export_.ended).toBe(1);
  expect(export_.err()).toMatch(/DuckDB .* cannot be loaded: run npm ci\./);
});
