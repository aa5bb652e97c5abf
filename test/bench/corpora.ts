// Three made corpora, the same for the same seed. Every post matches exactly one of the events.
import { randomFrom } from './random.ts';
import { shortMessage, v1Message, v2Message } from './shapes.ts';
import { keywordsOf, sayingOf, textAround } from './vocabulary.ts';

export const CORPORA = ['v1', 'v2', 'short'] as const;
export type Corpus = (typeof CORPORA)[number];

const shapes = {
  v1: { message: v1Message, characters: 230, escaped: true },
  v2: { message: v2Message, characters: 250, escaped: false },
  short: { message: shortMessage, characters: 130, escaped: false },
} as const;

/** `event-0`, `event-1` … with ten keywords each. */
export function madeEvents(count: number): { code: string; keywords: string[] }[] {
  return Array.from({ length: count }, (_, event) => ({
    code: `event-${event}`,
    keywords: keywordsOf(event),
  }));
}

export interface Size {
  readonly posts: number;
  /** how many of `madeEvents` the posts are spread over: post n matches event n modulo this */
  readonly events: number;
  readonly seed?: number;
}

/** Lines without line breaks, UTF-8; v1.1 in ASCII with escapes, as X sent it. */
export function* madeLines(corpus: Corpus, { posts, events, seed = 1 }: Size): Generator<Buffer> {
  const { message, characters, escaped } = shapes[corpus];
  const random = randomFrom(seed);
  for (let number = 0; number < posts; number++) {
    const saying = sayingOf(number % events, random.int(10));
    const length = characters / 2 + random.int(characters);
    const text = textAround(random, saying, length);
    const quoted = textAround(random, '', characters);
    const json = JSON.stringify(message({ number, text, quoted, random }));
    yield Buffer.from(escaped ? json.replace(/[^\0-\x7f]/g, escape) : json);
  }
}

const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
