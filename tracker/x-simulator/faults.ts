// Makes things go wrong: at once on the open stream, and as a standing order for what comes next.
import type { Fault } from './fault-forms.ts';
import type { Live } from './live.ts';
import { end, streamOf, type SecondConnect } from './connections.ts';
import { deleteRules, listed } from './rule-book.ts';
import type { Manner } from './writer.ts';

type Of<Name extends Fault['do']> = Extract<Fault, { do: Name }>;
/** How a call is answered instead; `left` more times. */
export type Instead = Of<'answer' | 'silent-accept' | 'hang-up'> & { left: number };

/** What is wrong until something else is asked for. */
export interface Standing {
  manner: Manner;
  gzip: boolean;
  duplicates: number;
  disorder: { readonly share: number; readonly ms: number };
  lingerMs: number;
  second: SecondConnect;
  dateOffsetMs: number;
  instead: Instead[];
  refusals: (Of<'refuse-rules'> & { left: number })[];
}

/** Nothing is wrong. */
export const sound = (lingerMs: number, second: SecondConnect): Standing => ({
  manner: { chunks: 'line', bytes: 16, everyMs: 50 },
  gzip: false,
  duplicates: 0,
  disorder: { share: 0, ms: 0 },
  lingerMs,
  second,
  dateOffsetMs: 0,
  instead: [],
  refusals: [],
});

/** "Consuming streaming data" in X's documentation: an error in the stream that says goodbye. */
const DISCONNECT = {
  errors: [
    {
      title: 'operational-disconnect',
      disconnect_type: 'UpstreamOperationalDisconnect',
      detail: 'This stream has been disconnected upstream for operational reasons.',
      type: 'https://api.x.com/2/problems/operational-disconnect',
    },
  ],
};

export function inflict(live: Live, fault: Fault): void {
  switch (fault.do) {
    case 'cut':
      end(live.connections, fault.how, 'cut by the simulator');
      return;
    case 'freeze':
      freeze(live, fault.ms);
      return;
    case 'thaw':
      streamOf(live.connections)?.thaw();
      return;
    case 'half-line':
      streamOf(live.connections)?.breakNextLine();
      return;
    case 'disconnect-message':
      streamOf(live.connections)?.lastWords(JSON.stringify(DISCONNECT));
      if (fault.close) end(live.connections, 'clean', 'UpstreamOperationalDisconnect');
      return;
    default:
      order(live, fault);
  }
}

type Order = Exclude<Fault, Of<'cut' | 'freeze' | 'thaw' | 'half-line' | 'disconnect-message'>>;
type Settings = Of<
  'chunks' | 'gzip' | 'duplicates' | 'disorder' | 'linger' | 'second-connect' | 'date-header'
>;

function order(live: Live, fault: Order): void {
  switch (fault.do) {
    case 'answer':
    case 'silent-accept':
    case 'hang-up':
      live.standing.instead.push({ ...fault, left: fault.times });
      return;
    case 'rate':
      rate(live, fault.perSecond, fault.ms);
      return;
    case 'credits':
      live.usage.credits = fault.left;
      return;
    case 'refuse-rules':
      live.standing.refusals.push({ ...fault, left: fault.times });
      return;
    case 'forget-rules':
      forget(live);
      return;
    case 'heal':
      heal(live);
      return;
    default:
      set(live.standing, fault);
  }
}

function set(standing: Standing, fault: Settings): void {
  switch (fault.do) {
    case 'chunks':
      standing.manner = { chunks: fault.as, bytes: fault.bytes, everyMs: fault.everyMs };
      return;
    case 'gzip':
      standing.gzip = fault.on;
      return;
    case 'duplicates':
      standing.duplicates = fault.share;
      return;
    case 'disorder':
      standing.disorder = { share: fault.share, ms: fault.ms };
      return;
    case 'linger':
      standing.lingerMs = fault.ms;
      return;
    case 'second-connect':
      standing.second = fault.as;
      return;
    default:
      standing.dateOffsetMs = fault.offsetMs;
  }
}

function freeze(live: Live, ms: number | undefined): void {
  const stream = streamOf(live.connections);
  stream?.freeze();
  if (ms !== undefined) live.clock.after(ms, () => stream?.thaw());
}

function rate(live: Live, perSecond: number, ms: number | undefined): void {
  live.feed.speed(perSecond / live.rate);
  if (ms !== undefined) live.clock.after(ms, () => live.feed.speed(1));
}

/** At once, as X does when an app moves to another project, or after half a year (facts/x-api §1.3). */
function forget({ book, clock }: Live): void {
  const ids = new Set(listed(book).map((rule) => rule.id));
  deleteRules(book, 'id', ids, { now: clock.now() - book.delayMs, dryRun: false });
}

/** All standing orders end, a frozen stream thaws, credits are as at the start. */
function heal(live: Live): void {
  live.standing = sound(live.options.lingerMs, live.options.second);
  live.usage.credits = live.options.credits;
  live.feed.speed(1);
  streamOf(live.connections)?.thaw();
}

/** The standing order for this call, used up by being asked for. */
export function insteadOf({ standing }: Live, name: string): Instead | undefined {
  const found = standing.instead.find((one) => one.call === name);
  if (found === undefined) return undefined;
  found.left -= 1;
  if (found.left === 0) standing.instead = standing.instead.filter((one) => one !== found);
  return found;
}

/** Why this rule is refused by order, used up by being asked for. */
export function ruleRefusal({ standing }: Live, value: string): string | undefined {
  const found = standing.refusals.find((one) => value.includes(one.containing));
  if (found === undefined) return undefined;
  found.left -= 1;
  if (found.left === 0) standing.refusals = standing.refusals.filter((one) => one !== found);
  return found.reason;
}
