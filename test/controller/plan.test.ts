import { describe, expect, it } from 'vitest';
import { plan, type Observed } from '../../functions/controller/plan.ts';
import { makeEvent } from '../factories.ts';

const drained: Observed = {
  running: true,
  topicExists: true,
  released: 2,
  lag: 0,
  deadLetters: 0,
  wasDrained: true,
  ending: false,
};
const archived = makeEvent({ status: 'archived', version: 2 });
const purged = makeEvent({ status: 'purged', version: 2 });

describe('plan', () => {
  it.each(['active', 'paused'] as const)('runs what an event needs while it is %s', (status) => {
    expect(plan(makeEvent({ status }), { ...drained, running: false, topicExists: false })).toEqual([
      { kind: 'run', drained: false },
    ]);
  });

  it.each([
    ['the tracker has not let go of it in this version', { released: 1 }],
    ['records wait for its normalizer', { lag: 3 }],
    ['it has dead letters', { deadLetters: 1 }],
  ])('keeps an archived event running while %s', (_why, overrides) => {
    expect(plan(archived, { ...drained, ...overrides })).toEqual([{ kind: 'run', drained: false }]);
  });

  it('removes an archived event only after two ticks in a row found it drained', () => {
    expect(plan(archived, { ...drained, wasDrained: false })).toEqual([{ kind: 'run', drained: true }]);
    expect(plan(archived, drained)).toEqual([{ kind: 'remove', topic: true }]);
  });

  it('finishes a removal that has begun, though without its group the whole topic looks unread', () => {
    const halfway = { ...drained, ending: true, wasDrained: false, lag: 100 };
    expect(plan(archived, halfway)).toEqual([{ kind: 'remove', topic: true }]);
    expect(plan(purged, halfway)).toEqual([{ kind: 'remove', topic: true }, { kind: 'delete-tweets' }]);
  });

  it('does nothing when nothing is left', () => {
    const gone = { ...drained, topicExists: false, running: false };
    expect(plan(archived, gone)).toEqual([]);
    expect(plan(archived, { ...gone, released: 0 })).toEqual([]);
  });

  it('runs an archived event on whose topic is not listed, until the tracker has let go of it', () => {
    const unlisted = { ...drained, topicExists: false };
    expect(plan(archived, { ...unlisted, released: 1 })).toEqual([{ kind: 'run', drained: false }]);
    expect(plan(archived, { ...unlisted, wasDrained: false })).toEqual([{ kind: 'run', drained: true }]);
  });

  it('never deletes a topic that it has not seen', () => {
    expect(plan(archived, { ...drained, topicExists: false })).toEqual([{ kind: 'remove', topic: false }]);
  });

  it('runs an archived event that has posts and never ran', () => {
    const waiting = { ...drained, running: false, wasDrained: false, lag: 3 };
    expect(plan(archived, waiting)).toEqual([{ kind: 'run', drained: false }]);
  });

  it('waits for no dead letters of a purged event: they are not wanted any more', () => {
    expect(plan(purged, { ...drained, deadLetters: 1 })).toEqual([
      { kind: 'remove', topic: true },
      { kind: 'delete-tweets' },
    ]);
  });

  it('deletes what a purged event stored, when nothing can write it any more', () => {
    expect(plan(purged, { ...drained, wasDrained: false })).toEqual([{ kind: 'run', drained: true }]);
    expect(plan(purged, drained)).toEqual([{ kind: 'remove', topic: true }, { kind: 'delete-tweets' }]);
    expect(plan(purged, { ...drained, running: false, topicExists: false })).toEqual([
      { kind: 'delete-tweets' },
    ]);
  });
});
