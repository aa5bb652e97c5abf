// Saves tweets without end, three batches at a time, and says on stdout which are acknowledged. Killed by its test.
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../sql/sqlite.ts';
import { idAt, makeTweet } from '../factories.ts';

const [dir = '', start = '0'] = process.argv.slice(2);
const store = await openSqliteStore(dir);

for (let n = Number(start); ; n += 60) {
  await Promise.all([0, 20, 40].map((offset) => save(n + offset)));
}

async function save(from: number): Promise<void> {
  const tweets = Array.from({ length: 20 }, (_, i) =>
    makeTweet({
      event_name: 'flood',
      t_id: idAt(Date.UTC(2026, 2, 1) + (from + i) * 1_000),
      raw: `${from + i}`,
    }),
  );
  await store.saveTweets(tweets);
  writeSync(1, `${from}\n`);
}
