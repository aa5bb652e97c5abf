// `npm run bench`: one JSON object a line, {name, value, unit, n}. Names are measure, corpus, events. With `-- --engines` only
// what goes over Kafka and Cassandra is measured.
import { CORPORA } from './corpora.ts';
import { measureJourneyOnEngines } from './engines.ts';
import { withEngines } from './engines-place.ts';
import { measureExport } from './export.ts';
import { measureJourney, measureMemory, measureSlowStream } from './journey.ts';
import { measureLatency } from './latency.ts';
import { measurePosts } from './posts.ts';
import type { Result } from './rounds.ts';

if (process.argv.includes('--engines')) {
  await withEngines(async (engines) => {
    for await (const result of measureJourneyOnEngines(engines)) print(result);
    for (const result of await measureLatency(engines)) print(result);
  });
} else {
  await measureEmbedded();
}

async function measureEmbedded(): Promise<void> {
  for (const corpus of CORPORA) {
    for (const result of measurePosts(corpus)) print(result);
    print(await measureJourney(corpus));
  }
  for (const result of await measureMemory()) print(result);
  print(await measureSlowStream());
  for (const result of await measureExport()) print(result);
}

function print(result: Result): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
