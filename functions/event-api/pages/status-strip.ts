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
  simulator: 'the sample crisis',
  replay: 'a recorded file',
};

const STATES: Readonly<Record<string, (source: string) => Said>> = {
  connecting: (source) => ({ mood: 'calm', text: `Connecting to ${source}` }),
  connected: (source) => ({ mood: 'good', text: `Collecting from ${source}` }),
  waiting: (source) => ({ mood: 'bad', text: `Not connected to ${source}; trying again` }),
  idle: () => ({ mood: 'calm', text: 'Idle: there is nothing to collect' }),
  reading: (source) => ({ mood: 'good', text: `Reading ${source}` }),
  finished: (source) => ({ mood: 'calm', text: `Finished reading ${source}` }),
  stopped: () => ({ mood: 'calm', text: 'Stopped' }),
};

/** The tracker's state as one sentence. */
export function said(tracker: SystemStatus['tracker']): Said {
  if (tracker === null) return { mood: 'calm', text: 'No tracker has reported yet' };
  if (tracker.stale) return { mood: 'bad', text: 'The tracker has gone quiet' };
  const source = sources[tracker.source] ?? tracker.source;
  return STATES[tracker.state]?.(source) ?? { mood: 'calm', text: `${source}: ${tracker.state}` };
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
  const { connectedSince, lastPostAt, spoolBytes } = tracker;
  return html`${tracker.stale ? fact('Last heard of', moment(Date.parse(tracker.at)), 'bad') : ''}
  ${tracker.stale ? '' : fact('Posts per second', rate(tracker.rate))}
  ${lastPostAt === null ? '' : fact('Last post', moment(Date.parse(lastPostAt)))}
  ${connectedSince === null ? '' : fact('Connected', moment(Date.parse(connectedSince)))}
  ${tracker.source === 'replay' ? fact('Posts read', count(tracker.read)) : fact('Rules', count(tracker.rules))}
  ${spoolBytes === 0 ? '' : fact('Waiting on disk', `${rate(spoolBytes / 1_048_576)} MB`, 'bad')}`;
}

function workFacts({ tracker, events, services }: SystemStatus): Html {
  const work = Object.values(events);
  const lag = work.reduce((sum, event) => sum + event.lag, 0);
  const dead = work.reduce((sum, event) => sum + event.deadLetters, 0);
  const awake = services.filter((service) => service.awake > 0).length;
  const waiting = lag === 0 ? 'Nothing' : counted(lag, 'batch', 'batches');
  return html`${tracker === null && lag === 0 ? '' : fact('Still to store', waiting)}
  ${dead === 0 ? '' : fact('Could not be stored', counted(dead, 'batch', 'batches'), 'bad')}
  ${services.length === 0 ? '' : fact('Services awake', `${awake} of ${services.length}`)}`;
}

function problems(status: SystemStatus): Html | '' {
  const all = [
    ...(status.tracker?.problem ? [`${status.tracker.source}: ${status.tracker.problem}`] : []),
    ...status.services.filter(({ ready }) => !ready).map(({ name }) => `The service ${name} is not ready.`),
    ...status.engines.flatMap((engine) => engine.problems.map((problem) => `${engine.engine}: ${problem}`)),
  ];
  if (all.length === 0) return '';
  return html`<ul class="problems">
    ${all.map((problem) => html`<li>${problem}</li>`)}
  </ul>`;
}
