// `npm run bench`: one JSON object a line, {name, value, unit, n}. Names are measure, corpus, events.
import { CORPORA } from './corpora.ts';
import { measurePosts } from './posts.ts';

for (const corpus of CORPORA) {
  for (const result of measurePosts(corpus)) process.stdout.write(`${JSON.stringify(result)}\n`);
}
