// `npm run bench`: one JSON object a line, {name, value, unit, n}. Names are measure, corpus, events. With `-- --engines` only
// what goes over Kafka and Cassandra is measured.
import { CORPORA } from './corpora.ts';
import { measureJourneyOnEngines } from './engines.ts';
import { withEngines } from './engines-place.ts';
import { measureExport } from './export.ts';
import { inFile, measureJourney, measureMemory, measureSlowStream } from './journey.ts';
import { measureLatency } from './latency.ts';
import { measurePosts } from './posts.ts';
import type { Result } from './rounds.ts';
import { measureFastTracker, measureSlowTracker, measureTracker } from './tracker.ts';

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
    await inFile(corpus, async (file, posts) => {
      print(await measureJourney(corpus, file, posts));
      print(await measureTracker(corpus, file, posts));
    });
  }
  for (const result of await measureMemory()) print(result);
  // What these cost is their own processors' time, and little.
  for (const result of await Promise.all([measureSlowStream(), measureSlowTracker()])) print(result);
  for (const result of await measureFastTracker()) print(result);
  for (const result of await measureExport()) print(result);
}

function print(result: Result): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
