// `npm run bench`: one JSON object a line, {name, value, unit, n}. Names are measure, corpus, events.
import { CORPORA } from './corpora.ts';
import { measureExport } from './export.ts';
import { measureJourney, measureMemory, measureSlowStream } from './journey.ts';
import { measurePosts } from './posts.ts';
import type { Result } from './rounds.ts';

for (const corpus of CORPORA) {
  for (const result of measurePosts(corpus)) print(result);
  print(await measureJourney(corpus));
}
for (const result of await measureMemory()) print(result);
print(await measureSlowStream());
for (const result of await measureExport()) print(result);

function print(result: Result): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
