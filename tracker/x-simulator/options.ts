// What a simulator is started with, and what it does where nothing is said.
import { systemClock, type Clock } from './clock.ts';
import type { SecondConnect } from './connections.ts';
import type { TimedFault } from './fault-forms.ts';
import type { Dialect } from './fields.ts';

export interface SimulatorOptions {
  /** 0 takes a free one */
  readonly port: number;
  /** 127.0.0.1 unless said */
  readonly host?: string | undefined;
  readonly seed: number;
  /** mean posts/s; 6 unless said */
  readonly rate?: number | undefined;
  /** how long new and deleted rules take to reach the stream; X needs about 20 s */
  readonly ruleDelayMs: number;
  /** silence after which a CRLF is sent; 20 s unless said */
  readonly keepAliveMs?: number | undefined;
  /** file to append every generated line to, as `Recorded` (recording.ts) */
  readonly record?: string | undefined;
  /** v2 messages to send instead of the sample crisis, one a line; none: only what is pushed */
  readonly posts?: Iterable<string> | undefined;
  /** gives `posts` ids and times of the moment when they are sent */
  readonly restamp?: boolean | undefined;
  /** what goes wrong, and when */
  readonly faults?: readonly TimedFault[] | undefined;
  /** X's time and timers; the machine's unless said */
  readonly clock?: Clock | undefined;
  /** how many expected posts are remembered for `expected` and GET /simulator/record; 10,000 unless said */
  readonly remember?: number | undefined;
  /** how many posts search can find; 5,000 unless said */
  readonly archive?: number | undefined;
  /** how old a post must be before search finds it; X's 30 s unless said */
  readonly searchDelayMs?: number | undefined;
  /** how long X takes a reader that left by itself to be still connected; 0 unless said */
  readonly lingerMs?: number | undefined;
  /** what a second connect does; `refuse` unless said */
  readonly secondConnect?: SecondConnect | undefined;
  /** posts that may be read; no end unless said */
  readonly credits?: number | undefined;
  /** posts that may be read in a month; 3,000,000 unless said */
  readonly monthlyCap?: number | undefined;
  /** false: rate limits are told, not enforced */
  readonly rateLimits?: boolean | undefined;
  /** the stream's dialect where a request names no fields of a post; `tweet` unless said */
  readonly dialect?: Dialect | undefined;
}

const MOST_PER_SECOND = 20_000;

const defaults = {
  rate: 6,
  keepAliveMs: 20_000,
  clock: systemClock,
  remember: 10_000,
  archive: 5_000,
  searchDelayMs: 30_000,
  lingerMs: 0,
  secondConnect: 'refuse',
  credits: Infinity,
  monthlyCap: 3_000_000,
  rateLimits: true,
  dialect: 'tweet',
} as const;

type Settings = SimulatorOptions & {
  readonly [Name in keyof typeof defaults]-?: NonNullable<SimulatorOptions[Name]>;
};

/** Throws a RangeError for a rate that it cannot keep. */
export function settingsOf(options: SimulatorOptions): Settings {
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings: Settings = { ...options, ...defaults, ...Object.fromEntries(said) };
  const { rate } = settings;
  if (!(rate > 0 && rate <= MOST_PER_SECOND)) {
    throw new RangeError(`rate must be above 0 and at most ${MOST_PER_SECOND} posts/s, not ${rate}`);
  }
  return settings;
}
