// The sample crisis: who says what, and how soon the next one speaks. The same seed and times give the same posts;
// it has no clock of its own and knows no form that X has for a post.
import { compose, type Talk } from './compose.ts';
import type { MadePost } from './made-post.ts';
import { crowd } from './people.ts';
import { STRANDS, type Strand } from './language.ts';
import { LANGUAGES } from './phrases.ts';
import { between, pick, seeded, type Random } from './random.ts';
import { snowflakes } from './snowflake.ts';

/** `damage` in [0, 1) says how a malformed line is spoilt; `gapMs` how long until the next one. */
export interface Made {
  readonly kind: 'post' | 'malformed' | 'control';
  readonly post: MadePost;
  readonly damage: number;
  readonly gapMs: number;
}

interface State {
  readonly random: Random;
  readonly rate: number;
  readonly talk: Talk;
  elapsed: number;
  incident: { readonly at: number; readonly strand: Strand; readonly strength: number };
  nextIncident: number;
  /** posts in a row that no sample event wants */
  unwanted: number;
}

const MALFORMED = 0.015;
const CONTROL = 0.002;
const NOISE = 0.27;
const MOST_UNWANTED = 2;
// With at most two short gaps after unwanted posts, a wanted one comes at least every 0.42 s.
const LONGEST_GAP_MS = 300;
const GAP_AFTER_UNWANTED_MS = 60;
const WAVE_MS = 240_000;
const BURST_MS = 15_000;
const PEOPLE_PER_LANGUAGE = 300;

/**
 * A crisis that is told the time (ms since 1970, never falling) and says what is posted then. `rate` is the
 * mean in posts/s over minutes; below about 5 the promise of a wanted post every half second makes it livelier.
 */
export function startCrisis(seed: number, rate: number): (at: number) => Made {
  const random = seeded(seed);
  const people = new Map(LANGUAGES.map((one) => [one.lang, crowd(random, one, PEOPLE_PER_LANGUAGE)]));
  const state: State = {
    random,
    rate,
    talk: { random, people, nextId: snowflakes(), recent: [], recentNoise: [] },
    elapsed: 0,
    incident: { at: 0, strand: 'flood', strength: 1 },
    nextIncident: 30_000,
    unwanted: 0,
  };
  return (at) => next(state, at);
}

function next(state: State, at: number): Made {
  const { random } = state;
  startIncidents(state);
  const kind = kindOf(state);
  const noise = state.unwanted < MOST_UNWANTED && random() < NOISE;
  const post = compose(state.talk, at, noise ? [] : strandsOf(state), kind === 'post');
  const wanted = kind === 'post' && !noise;
  state.unwanted = wanted ? 0 : state.unwanted + 1;
  const gapMs = gapOf(state, wanted);
  state.elapsed += gapMs;
  return { kind, post, damage: random(), gapMs };
}

function kindOf(state: State): Made['kind'] {
  if (state.unwanted >= MOST_UNWANTED) return 'post';
  const chance = state.random();
  if (chance < MALFORMED) return 'malformed';
  return chance < MALFORMED + CONTROL ? 'control' : 'post';
}

function startIncidents(state: State): void {
  if (state.elapsed < state.nextIncident) return;
  const { random } = state;
  state.incident = { at: state.elapsed, strand: pick(random, STRANDS), strength: 2 + 3 * random() };
  state.nextIncident = state.elapsed + between(random, 40_000, 120_000);
}

const burstOf = (state: State): number =>
  state.incident.strength * Math.exp((state.incident.at - state.elapsed) / BURST_MS);

/** One or two; after an incident most speak of it. */
function strandsOf(state: State): Strand[] {
  const { random } = state;
  const first = burstOf(state) > 0.5 && random() < 0.7 ? state.incident.strand : pick(random, STRANDS);
  if (random() > 0.2) return [first];
  return [first, pick(random, STRANDS.filter((strand) => strand !== first))]; // prettier-ignore
}

/** A slow wave with a sharp burst after each incident; 1.4 is the mean of both together. */
function gapOf(state: State, wanted: boolean): number {
  const wave = 0.75 + 0.25 * Math.sin((2 * Math.PI * state.elapsed) / WAVE_MS);
  const mean = 1000 / (state.rate * ((wave + burstOf(state)) / 1.4));
  const gap = mean * (0.3 + 1.4 * state.random());
  return Math.min(gap, wanted ? LONGEST_GAP_MS : GAP_AFTER_UNWANTED_MS);
}
