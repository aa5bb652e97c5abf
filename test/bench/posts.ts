// How fast lines are parsed, routed and normalised, on each corpus; parsing alone, over the same bytes, is the limit.
import { normalise } from '../../functions/normalizer/normalise.ts';
import { compile, route } from '../../tracker/matcher.ts';
import { type Corpus, madeEvents, madeLines } from './corpora.ts';
import { inRounds, type Measure, type Result } from './rounds.ts';

const BYTES = 6_000_000;
const EVENTS = [1, 10, 100, 1_000];
const ROUNDS = 15;
const envelope = { keywords: ['flood'], rules: [], receivedAt: '2026-05-01T00:00:00.000000Z', source: 'x' };

export function measurePosts(corpus: Corpus): Result[] {
  const [sample = Buffer.alloc(1)] = madeLines(corpus, { posts: 1, events: 1 });
  const n = Math.ceil(BYTES / sample.length / 1_000) * 1_000;
  const unit = 'posts/s';
  const lines = [...madeLines(corpus, { posts: n, events: 1_000 })];
  const routes = EVENTS.map((events): Measure => {
    const own = events === 1_000 ? lines : [...madeLines(corpus, { posts: n, events })];
    const matcher = compile(madeEvents(events));
    const run = (): void => {
      for (const line of own) {
        if (route(matcher, line).matches.length !== 1) throw new Error(`not one event: ${line.toString()}`);
      }
    };
    return { name: `route-${corpus}-${events}`, unit, n, run };
  });
  const parse = (): void => {
    for (const line of lines) JSON.parse(line.toString());
  };
  const normaliseAll = (): void => {
    for (const message of lines) {
      const made = normalise('event-1', { envelope: { ...envelope, via: 'stream' }, message });
      if ('rejected' in made) throw new Error(made.rejected);
    }
  };
  return inRounds(
    [
      { name: `parse-${corpus}`, unit, n, run: parse },
      ...routes,
      { name: `normalise-${corpus}`, unit, n, run: normaliseAll },
    ],
    ROUNDS,
  );
}
