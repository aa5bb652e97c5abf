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
    expect(plan(archived, drained)).toEqual([{ kind: 'remove' }]);
  });

  it('finishes a removal that stopped half way, and does nothing when it is done', () => {
    expect(plan(archived, { ...drained, topicExists: false })).toEqual([{ kind: 'remove' }]);
    expect(plan(archived, { ...drained, topicExists: false, running: false })).toEqual([]);
  });

  it('waits for no dead letters of a purged event: they are not wanted any more', () => {
    expect(plan(purged, { ...drained, deadLetters: 1 })).toEqual([
      { kind: 'remove' },
      { kind: 'delete-tweets' },
    ]);
  });

  it('deletes what a purged event stored, when nothing can write it any more', () => {
    expect(plan(purged, { ...drained, wasDrained: false })).toEqual([{ kind: 'run', drained: true }]);
    expect(plan(purged, drained)).toEqual([{ kind: 'remove' }, { kind: 'delete-tweets' }]);
    expect(plan(purged, { ...drained, running: false, topicExists: false })).toEqual([
      { kind: 'delete-tweets' },
    ]);
  });
});
