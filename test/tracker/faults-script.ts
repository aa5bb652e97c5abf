// What goes wrong in one run, drawn from a seed: faults of X's stream, deaths of the tracker, changes of events. Pure.
import type { FaultCommand as Fault } from '../../tracker/x-simulator/fault-forms.ts';
import type { Random } from '../bench/random.ts';

/** Each is one token to X and to us, whatever its writing. */
export const WORDS = ['flood', 'dam', 'повінь', 'inundación', 'فيضان', 'shelter'] as const;

type FaultCommand = Fault & { readonly at?: number };

export type Step =
  /** `stops`: posts are lost from here on until the tracker is connected again */
  | { readonly do: 'fault'; readonly commands: readonly FaultCommand[]; readonly stops: boolean }
  | { readonly do: 'kill' }
  /** a version of the event `code`, which is new or known; without keywords it is paused */
  | { readonly do: 'event'; readonly code: string; readonly keywords: readonly string[] };

export interface Script {
  readonly ruleDelayMs: number;
  /** how far X's clock is ahead of ours */
  readonly aheadMs: number;
  /** posts may be under way for longer than a moment: late, out of order or behind others */
  readonly late: boolean;
  /** `waitMs`: how long it goes on before the next; undefined: until the tracker is connected again */
  readonly steps: readonly { readonly step: Step; readonly waitMs: number | undefined }[];
}

const HOUR_MS = 3_600_000;

type Make = (random: Random) => Step;

const fault = (stops: boolean, ...commands: FaultCommand[]): Step => ({ do: 'fault', commands, stops });

const how = (random: Random) => random.pick(['clean', 'destroy', 'reset'] as const);
const cut = (random: Random): FaultCommand => ({ do: 'cut', how: how(random) });

/** What posts go through, and what they get lost by for a moment. */
const mild: readonly [Make, ...Make[]] = [
  (random) => fault(true, cut(random)),
  (random) => fault(true, cut(random)),
  (random) => fault(false, { do: 'freeze', ms: 100 + random.int(500) }),
  (random) => fault(true, { do: 'freeze', ms: 5_000 }, { ...cut(random), at: random.int(400) }),
  () => fault(true, { do: 'half-line' }),
  (random) => fault(true, { do: 'disconnect-message', close: random.chance(0.5) }),
  (random) => fault(true, { do: 'hang-up', times: 1 }, cut(random)),
  (random) => fault(true, { do: 'gzip' }, cut(random)),
  (random) =>
    fault(false, { do: 'chunks', as: random.pick(['crlf-alone', 'split-characters', 'random', '64k']) }),
  (random) => fault(false, { do: 'chunks', as: 'drip', bytes: 4_000 + random.int(4_000), everyMs: 5 }),
  () => fault(false, { do: 'duplicates', share: 0.3 }),
  (random) => fault(false, { do: 'disorder', share: 0.3, ms: 100 + random.int(500) }),
];

/** What the tracker needs many seconds to come back from, so that a short run ends with it. */
const grave: readonly [Make, ...Make[]] = [
  (random) =>
    fault(true, { do: 'answer', status: random.pick([500, 503]), times: 1 + random.int(3) }, cut(random)),
  (random) => fault(true, { do: 'answer', status: 429, times: 2 }, cut(random)),
  (random) => fault(true, { do: 'silent-accept' }, cut(random)),
];

export function scriptFrom(random: Random, kills: boolean): Script {
  const steps: Step[] = [event(random, 'a'), event(random, 'b')];
  const length = 2 + random.int(3);
  const deadly = kills ? random.int(length) : -1;
  for (let at = 0; at < length; at += 1) {
    if (random.chance(0.3)) steps.push(event(random, random.pick(['a', 'b', 'c'])));
    steps.push(at === deadly ? { do: 'kill' } : random.pick(mild)(random));
  }
  if (random.chance(0.25)) steps.push(random.pick(grave)(random));
  return {
    ruleDelayMs: random.pick([0, 0, 300]),
    aheadMs: random.pick([0, 0, 0, HOUR_MS, -HOUR_MS]),
    late: /"(disorder|drip|freeze)"/.test(JSON.stringify(steps)),
    steps: steps.map((step) => ({
      step,
      waitMs: random.chance(0.4) ? undefined : 100 + random.int(600),
    })),
  };
}

function event(random: Random, code: string): Step {
  const keywords = WORDS.filter(() => random.chance(0.4));
  return { do: 'event', code, keywords: keywords.length === 0 ? [random.pick(WORDS)] : keywords };
}
