// By hand, for docs/ten-million.md: `node test/analysis/many-main.ts fill` puts ten million tweets into the Cassandra and keyspace
// of the environment; without `fill` it says in ms how long each of ten calls takes; `words FILE.parquet` counts an export's words.
import { cassandraSettings } from '../../sql/cassandra-settings.ts';
import { applySchema } from '../../sql/cassandra-schema.ts';
import { openCassandraStore } from '../../sql/cassandra.ts';
import { makeEvent } from '../factories.ts';
import { TWO_WEEKS } from './crisis.ts';
import { fill } from './fill.ts';
import { countedWords, dayCounts, firstPage, peakMb, timed, type Timed } from './many.ts';

const EVENT = 'flood';
const PEAK = 2;
const TIMES = 10;
const [task, file] = process.argv.slice(2);

const say = (what: string, { ms }: Timed<unknown>, found: string): void =>
  void process.stdout.write(`${what}: ${ms.map(Math.round).join(', ')} ms; ${found}\n`);

async function onCassandra(): Promise<void> {
  const settings = cassandraSettings(process.env);
  if (settings === undefined) throw new Error('CASSANDRA_CONTACT_POINTS must say where Cassandra is.');
  if (task === 'fill') await applySchema(settings);
  const store = await openCassandraStore(settings, (_, message) => process.stderr.write(`${message}\n`));
  if (task === 'fill') {
    await store.createEvent(makeEvent({ code: EVENT }));
    await fill(store, EVENT, TWO_WEEKS, (tweets) => {
      if (tweets % 100_000 < 2_500) process.stderr.write(`${tweets} tweets\n`);
    });
  }
  const page = await firstPage(store, EVENT, TIMES);
  say('first page', page, `${page.value.tweets.length} tweets`);
  const day = await dayCounts(store, EVENT, PEAK, TIMES);
  say('worst day by the hour', day, day.value.map(({ tweets }) => tweets).join(' '));
  const total = await timed(TIMES, () => store.total(EVENT));
  say('total', total, `${total.value} tweets`);
  await store.close();
}

async function words(parquet: string): Promise<void> {
  const counted = await countedWords(parquet, 3);
  const cpu = (counted.cpuSeconds / 3).toFixed(1);
  say(
    'word count',
    counted,
    `${cpu} s of CPU each, ${counted.value.length} words, ${peakMb()} MB at the most`,
  );
}

await (task === 'words' && file !== undefined ? words(file) : onCassandra());
