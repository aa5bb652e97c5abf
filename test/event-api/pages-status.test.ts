// The strip that says in words what the system is doing: what the tracker reported, as a person reads it.
import { describe, expect, it } from 'vitest';
import { statusStrip } from '../../functions/event-api/pages/status-strip.ts';
import type { SystemStatus } from '../../functions/event-api/status.ts';
import { makeProgress } from '../factories.ts';

type Tracker = NonNullable<SystemStatus['tracker']>;

const connected: Tracker = {
  ...makeProgress({ source: 'x', rejected: 0, control: {}, spoolBytes: 400_000 }),
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

  it('says that nothing is collected where the source refuses all keywords, and names the events', async () => {
    const refused = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((event) => ({
      event,
      keywords: ['the'],
      more: 0,
      reason: 'too common',
    }));
    const { state, problems } = await shown({ state: 'idle', connectedSince: null, refused });
    expect(state).toEqual(['bad', 'Not collecting from X']);
    expect(problems).toEqual([
      'X does not collect keywords of a, b, c, d, e and 2 events more: the event&#39;s page says why.',
    ]);
  });

  it('tells of rules at X that are not ours, with examples as text', async () => {
    const examples = [
      { value: 'cat <b>', tag: '' },
      { value: '"old"', tag: 'epicenter/former/1' },
    ];
    const { problems } = await shown({ foreignRules: { count: 1_200, ofOtherInstalls: 1, examples } });
    expect(problems).toEqual([
      'The account has 1\u202f200 rules that are not of this install (1 of another install of Epicenter), ' +
        'which count towards its limit and its bill and are left alone: cat &lt;b&gt; · &quot;old&quot;',
    ]);
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
