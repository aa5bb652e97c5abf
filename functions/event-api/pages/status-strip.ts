// What the system is doing, in a line and a few numbers that a person understands.
import { html } from 'hono/html';
import type { SystemStatus } from '../status.ts';
import { count, counted, moment, rate } from './format.ts';
import type { Html } from './format.ts';

type Tracker = NonNullable<SystemStatus['tracker']>;
type Mood = 'good' | 'calm' | 'bad';

interface Said {
  readonly mood: Mood;
  readonly text: string;
}

const sources: Readonly<Record<string, string>> = {
  x: 'X',
  simulator: 'the made-up sample crisis',
  replay: 'a recorded file',
};

const STATES: Readonly<Record<string, (source: string) => Said>> = {
  starting: () => ({ mood: 'calm', text: 'Starting' }),
  connecting: (source) => ({ mood: 'calm', text: `Connecting to ${source}` }),
  connected: (source) => ({ mood: 'good', text: `Collecting from ${source}` }),
  waiting: (source) => ({ mood: 'bad', text: `Not connected to ${source}; trying again` }),
  idle: () => ({ mood: 'calm', text: 'Idle: no event is active' }),
  reading: (source) => ({ mood: 'good', text: `Reading ${source}` }),
  finished: (source) => ({ mood: 'calm', text: `Finished reading ${source}` }),
  stopped: () => ({ mood: 'calm', text: 'Stopped: nothing is collected' }),
};

/** The tracker's state as one sentence. */
export function said(tracker: SystemStatus['tracker']): Said {
  if (tracker === null) return { mood: 'calm', text: 'No tracker has reported yet' };
  if (tracker.stale) return { mood: 'bad', text: 'The tracker has gone quiet' };
  if (tracker.source === 'none') return { mood: 'calm', text: 'No source is set: nothing new comes in' };
  const source = sources[tracker.source] ?? tracker.source;
  const refused = tracker.state === 'idle' && tracker.refused.length > 0;
  return refused ? { mood: 'bad', text: `Not collecting from ${source}` } : inState(tracker, source);
}

function inState({ state, problem, connectedSince }: Tracker, source: string): Said {
  if (state === 'finished' && problem !== null)
    return { mood: 'bad', text: `Could not read all of ${source}` };
  const plain = STATES[state]?.(source);
  if (plain !== undefined && (problem === null || plain.mood === 'bad')) return plain;
  // Why stands below: the problem in its own words.
  if (connectedSince !== null) return { mood: 'bad', text: `Collecting from ${source}, with difficulty` };
  return { mood: problem === null ? 'calm' : 'bad', text: `Not collecting from ${source}` };
}

/** `undefined` when the state of the system could not be read. */
export function statusStrip(status: SystemStatus | undefined): Html {
  if (status === undefined) {
    return html`<p class="state bad">The state of the system cannot be read right now.</p>`;
  }
  const { mood, text } = said(status.tracker);
  return html`<p class="state ${mood}">${text}</p>
    <dl class="facts">${status.tracker === null ? '' : trackerFacts(status.tracker)}${workFacts(status)}</dl>
    ${problems(status)}`;
}

function fact(name: string, value: Html | string, mood: Mood = 'calm'): Html {
  return html`<div class="fact ${mood}">
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function trackerFacts(tracker: Tracker): Html {
  const { source, state, stale } = tracker;
  const at = moment(Date.parse(tracker.at));
  if (stale) return fact('Last heard of', at, 'bad');
  if (state === 'stopped') return fact('Stopped', at);
  if (source === 'replay') return replayFacts(tracker, at);
  return source === 'none' ? html`` : liveFacts(tracker);
}

/** The posts' own times are old, and when they were read is over in seconds: neither is shown as the last post's. */
function replayFacts({ state, rate: perSecond, read, matched }: Tracker, at: Html): Html {
  return html`${state === 'finished' ? fact('Finished', at) : fact('Posts per second', rate(perSecond))}
  ${fact('Posts read', count(read))} ${fact('Matched', count(matched))}`;
}

function liveFacts({ rate: perSecond, lastPostAt, connectedSince, rules, ...tracker }: Tracker): Html {
  const { problem, spoolBytes } = tracker;
  return html`${fact('Posts per second', rate(perSecond))}
  ${lastPostAt === null ? '' : fact('Last post', moment(Date.parse(lastPostAt)))}
  ${connectedSince === null ? '' : fact('Connected', moment(Date.parse(connectedSince)))}
  ${fact('Rules', count(rules))} ${tracker.spent === null ? '' : spentFacts(tracker.spent)}
  ${problem === null || spoolBytes === 0 ? '' : fact('Waiting to be written', `${rate(spoolBytes / 1_048_576)} MB`, 'bad')}`;
}

const MOST_NAMED = 5;
// What X takes for a post and how many it delivers in a month to who pays by use (facts/x-api §0.9).
const DOLLARS_A_POST = 0.005;
const POSTS_A_MONTH = 3_000_000;

function spentFacts({ today, thisMonth, perDay }: NonNullable<Tracker['spent']>): Html {
  const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' });
  const limit = perDay === null ? '' : ` of ${count(perDay)}`;
  const month = `${count(thisMonth)} of ${count(POSTS_A_MONTH)}`;
  return html`${fact('Posts read today', `${count(today)}${limit}`)}
  ${fact('Posts read this month', month, thisMonth > 0.9 * POSTS_A_MONTH ? 'bad' : 'calm')}
  ${fact('Costs this month', `about ${dollars.format(thisMonth * DOLLARS_A_POST)}`)}`;
}

function workFacts({ tracker, events, services }: SystemStatus): Html {
  const lag = Object.values(events).reduce((sum, event) => sum + event.lag, 0);
  const awake = services.filter((service) => service.awake > 0).length;
  const waiting = lag === 0 ? 'Nothing' : counted(lag, 'batch', 'batches');
  return html`${tracker === null && lag === 0 ? '' : fact('Still to store', waiting)}
  ${services.length === 0 ? '' : fact('Services awake', `${awake} of ${services.length}`)}`;
}

function problems(status: SystemStatus): Html | '' {
  const all = [
    ...(status.tracker?.problem ? [sentence(status.tracker.problem)] : []),
    ...(status.tracker === null ? [] : rulesAt(status.tracker)),
    ...Object.entries(status.events).flatMap(([code, { deadLetters }]) => undelivered(code, deadLetters)),
    ...status.services.filter(({ ready }) => !ready).map(({ name }) => `The service ${name} is not ready.`),
    ...status.engines.flatMap(({ engine, problems: each }) =>
      each.map((problem) => sentence(`${engine}: ${problem}`)),
    ),
  ];
  if (all.length === 0) return '';
  return html`<ul class="problems">
    ${all.map((problem) => html`<li>${problem}</li>`)}
  </ul>`;
}

/** Rules that the source does not take, and those that are not ours. */
function rulesAt({
  source,
  refused,
  foreignRules: { count: others, ofOtherInstalls, examples },
}: Tracker): string[] {
  const name = sources[source] ?? source;
  const codes = [...new Set(refused.map(({ event }) => event))];
  const more = codes.length > MOST_NAMED ? ` and ${counted(codes.length - MOST_NAMED, 'event')} more` : '';
  const events = `${codes.slice(0, MOST_NAMED).join(', ')}${more}`;
  const of =
    codes.length === 0 ? [] : [`${name} does not collect keywords of ${events}: the event's page says why.`];
  if (others === 0) return of;
  const installs =
    ofOtherInstalls === 0 ? '' : ` (${count(ofOtherInstalls)} of another install of Epicenter)`;
  const such = examples.map(({ value }) => value).join(' · ');
  const rules = `The account has ${counted(others, 'rule')} that are not of this install${installs}`;
  return [...of, `${rules}, which count towards its limit and its bill and are left alone: ${such}`];
}

function undelivered(code: string, deadLetters: number): string[] {
  if (deadLetters === 0) return [];
  const records = counted(deadLetters, 'batch of posts', 'batches of posts');
  return [`${records} of ${code} could not be stored and ${deadLetters === 1 ? 'is' : 'are'} kept aside.`];
}

/** With a capital and a full stop: what trackers and engines say is a part of one. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
