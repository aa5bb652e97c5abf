// The analysts' query on DuckDB over a Parquet export, against a slow and obvious count.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { makeEvent } from '../factories.ts';
import { startNode, tempDir } from '../journey/running.ts';
import { noRealData, tweetsOfCsv, WHY } from '../real-data.ts';
import { duckdbWordCount } from './duckdb.ts';
import { hardTexts, tweetsOf } from './posts.ts';
import { countWords } from './words.ts';

const dir = tempDir('word-count');
const data = join(dir.path, 'data');
afterAll(() => dir[Symbol.dispose]());

async function exported(code: string): Promise<string> {
  const file = join(dir.path, `${code}.parquet`);
  const exporting = startNode(['sql/export-main.ts', code, file], { DATA_DIR: data });
  expect(await exporting.ended, exporting.err()).toBe(0);
  return file;
}

beforeAll(async () => {
  await using store = await openSqliteStoreIn(data);
  for (const code of ['flood', 'fire', 'sandy']) await store.createEvent(makeEvent({ code }));
  await store.saveTweets(tweetsOf('flood', 3_000));
  await store.saveTweets(tweetsOf('fire', 1));
});

async function openSqliteStoreIn(folder: string) {
  const store = await openSqliteStore(folder);
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

test('The word count is that of a plain reading, whatever the texts hold', async () => {
  const texts = tweetsOf('flood', 3_000).map(({ row }) => row.t_text);
  expect(texts.slice(0, hardTexts.length)).toEqual(hardTexts);
  const expected = countWords(texts);
  const counts = await duckdbWordCount(await exported('flood'));
  expect(counts).toEqual(expected);
  // By hand: so that both are not wrong in the same way.
  const uses = new Map(counts);
  expect(uses.get('word')).toBe(5_000);
  expect(uses.get('flood')).toBe(3_000);
  expect([uses.get('the'), uses.get('water'), uses.get('rises')]).toEqual([2, 2, 2]);
  expect(['between', 'two,', 'after', 'space,'].map((word) => uses.get(word))).toEqual([1, 1, 1, 3]);
  expect([uses.get('istanbul'), uses.get('ıstanbul'), uses.get('οδοσ')]).toEqual([3, 1, 2]);
  expect([uses.get('地震'), uses.get('津波'), uses.get('🌊'), uses.get('')]).toEqual([1, 1, 1, undefined]);
});

test.skipIf(noRealData)(`The word count of real posts is that of a plain reading ${WHY}`, async () => {
  const texts = tweetsOfCsv('sandy-2012.csv').map((text) => text.toWellFormed());
  const made = tweetsOf('sandy', texts.length).slice(-texts.length);
  {
    await using store = await openSqliteStoreIn(data);
    await store.saveTweets(
      made.map(({ row, ...rest }, n) => ({ row: { ...row, t_text: texts[n]! }, ...rest })),
    );
  }
  expect(await duckdbWordCount(await exported('sandy'))).toEqual(countWords(texts));
});
