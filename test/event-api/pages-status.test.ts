// The strip that says in words what the system is doing: what the tracker reported, as a person reads it.
import { describe, expect, it } from 'vitest';
import { statusStrip } from '../../functions/event-api/pages/status-strip.ts';
import type { SystemStatus } from '../../functions/event-api/status.ts';

type Tracker = NonNullable<SystemStatus['tracker']>;

const connected: Tracker = {
  install: 'one',
  at: '2012-10-29T22:29:50.000Z',
  startedAt: '2012-10-29T20:00:00.000Z',
  source: 'x',
  state: 'connected',
  problem: null,
  connectedSince: '2012-10-29T20:00:01.000Z',
  lastPostAt: '2012-10-29T22:29:49.000Z',
  rules: 3,
  rate: 57.5,
  read: 1_000,
  matched: 900,
  rejected: 0,
  control: {},
  spoolBytes: 400_000,
  spent: null,
  search: null,
  live: null,
  replay: null,
  stale: false,
};

async function shown(tracker: Partial<Tracker> | null, rest: Partial<SystemStatus> = {}) {
  const status = { events: {}, services: [], engines: [], ...rest };
  const html = await statusStrip({ ...status, tracker: tracker && { ...connected, ...tracker } });
  const text = html.toString();
  return {
    state: /class="state (\w+)">([^<]+)</.exec(text)?.slice(1),
    facts: [...text.matchAll(/<dt>([^<]+)</g)].map(([, name]) => name),
    problems: [...text.matchAll(/<li>([^<]+)</g)].map(([, problem]) => problem),
  };
}

describe('the status strip', () => {
  it.each<[string, string, Partial<Tracker> | null]>([
    ['calm', 'No tracker has reported yet', null],
    ['good', 'Collecting from X', {}],
    ['good', 'Collecting from the made-up sample crisis', { source: 'simulator' }],
    ['bad', 'The tracker has gone quiet', { stale: true }],
    ['calm', 'No source is set: nothing new comes in', { source: 'none', state: 'idle' }],
    ['calm', 'Idle: no event is active', { state: 'idle', connectedSince: null }],
    ['bad', 'Not collecting from X', { state: 'idle', connectedSince: null, problem: 'refused' }],
    ['bad', 'Not connected to X; trying again', { state: 'waiting', connectedSince: null, problem: 'cut' }],
    ['bad', 'Collecting from X, with difficulty', { problem: 'the log takes no records' }],
    ['calm', 'Finished reading a recorded file', { source: 'replay', state: 'finished' }],
    ['bad', 'Could not read all of a recorded file', { source: 'replay', state: 'finished', problem: 'cut' }],
  ])('is %s and says “%s”', async (mood, text, tracker) => {
    expect((await shown(tracker)).state).toEqual([mood, text]);
  });

  it('shows of a finished replay what was read, and nothing as waiting or lately received', async () => {
    const { facts } = await shown({ source: 'replay', state: 'finished', connectedSince: null, rules: 0 });
    expect(facts).toEqual(['Finished', 'Posts read', 'Matched', 'Still to store']);
  });

  it('says what is wrong in whole sentences', async () => {
    const { problems } = await shown(
      { state: 'waiting', problem: 'cannot connect: connect ECONNREFUSED' },
      {
        events: { sandy: { lag: 0, deadLetters: 1 }, fire: { lag: 0, deadLetters: 0 } },
        services: [{ name: 'controller', ready: false, awake: 0 }],
        engines: [{ engine: 'cluster', problems: ['cannot be read now: no answer within 3 s'] }],
      },
    );
    expect(problems).toEqual([
      'Cannot connect: connect ECONNREFUSED.',
      '1 batch of posts of sandy could not be stored and is kept aside.',
      'The service controller is not ready.',
      'Cluster: cannot be read now: no answer within 3 s.',
    ]);
  });
});
