// Our own calls, for tests in other processes and for rehearsals: what goes on, what should go wrong, what was expected.
import { isObject } from '../../eventing/post.ts';
import { invalidRequest, type Answer } from './answer.ts';
import { jsonOf } from './body.ts';
import { end } from './connections.ts';
import { play, push } from './delivery.ts';
import { faultsOf, type TimedFault } from './fault-forms.ts';
import { inflict } from './faults.ts';
import type { Live, Route } from './live.ts';
import { givenScript } from './script.ts';

const MOST_LISTED = 10_000;

export const adminRoutes: Readonly<Record<string, Route>> = {
  'GET /simulator': (live) => ok(stateOf(live)),
  'POST /simulator/pause': (live) => ok(pause(live, true)),
  'POST /simulator/resume': (live) => ok(pause(live, false)),
  'POST /simulator/disconnect': (live, { query }) => disconnect(live, query.get('how') ?? 'clean'),
  'GET /simulator/faults': (live) => ok(standingOf(live)),
  'POST /simulator/faults': (live, { body }) => takeFaults(live, jsonOf(body)),
  'DELETE /simulator/faults': (live) => takeFaults(live, { do: 'heal' }),
  'POST /simulator/posts': (live, { body }) => takePosts(live, body),
  'GET /simulator/record': (live, { query }) => recordAnswer(live, query),
  'GET /simulator/calls': (live) => ok({ calls: live.calls }),
};

const ok = (body: unknown): Answer => ({ status: 200, body });

export interface State {
  readonly generated: number;
  /** posts that matched a rule in force */
  readonly matching: number;
  /** … and were written to a stream */
  readonly delivered: number;
  /** streams opened so far */
  readonly connections: number;
  readonly connected: boolean;
  readonly paused: boolean;
  /** X's clock, ISO 8601 */
  readonly now: string;
}

export const stateOf = ({ clock, counters, connections, paused }: Live): State => ({
  ...counters,
  connected: connections.current !== undefined,
  paused,
  now: new Date(clock.now()).toISOString(),
});

export function pause(live: Live, paused: boolean): State {
  live.paused = paused;
  if (paused) live.feed.pause();
  else live.feed.resume();
  return stateOf(live);
}

function disconnect(live: Live, how: string): Answer {
  if (how !== 'clean' && how !== 'destroy' && how !== 'reset') {
    return invalidRequest('how must be clean, destroy or reset.');
  }
  return ok({ disconnected: end(live.connections, how, 'cut by the simulator') });
}

const standingOf = ({ standing, usage }: Live): unknown => ({ ...standing, credits: usage.credits });

function takeFaults(live: Live, value: unknown): Answer {
  try {
    schedule(live, faultsOf(value));
    return ok(standingOf(live));
  } catch (error) {
    return invalidRequest(error instanceof Error ? error.message : String(error));
  }
}

/** Those of now at once, in their order; the others when their time has come. */
export function schedule(live: Live, faults: readonly TimedFault[]): void {
  for (const { at, fault } of faults) {
    if (at === 0) inflict(live, fault);
    else live.clock.after(at, () => inflict(live, fault));
  }
}

/** One JSON message a line, or `{"text": …}` alone; what is no JSON is sent as a malformed line. */
function takePosts(live: Live, body: string): Answer {
  const ids: string[] = [];
  for (const line of body.split('\n').filter((one) => one.trim() !== '')) {
    const value = jsonOf(line);
    if (!isObject(value)) playAsIs(live, line);
    else if (typeof value['text'] === 'string') ids.push(push(live, value['text']));
    else if (isObject(value['data'])) ids.push(push(live, value));
    else playAsIs(live, line);
  }
  return ok({ ids });
}

function playAsIs(live: Live, line: string): void {
  const at = live.clock.now();
  const item = givenScript([line], 1)(at);
  if (item !== undefined) play(live, item, at);
}

function recordAnswer({ record }: Live, query: URLSearchParams): Answer {
  const tag = query.get('tag');
  const after = Number(query.get('after') ?? 0);
  if (!Number.isFinite(after))
    return invalidRequest('after must be a number: the seq of the last entry that you have.');
  const page = record.after(after).slice(0, MOST_LISTED);
  const entries = page.filter(({ tags }) => tag === null || tags.includes(tag));
  return ok({ entries, next: page.at(-1)?.seq ?? after, more: page.length === MOST_LISTED });
}
