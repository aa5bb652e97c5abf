// Counting the dead letters that were not sent again, in whatever order letters and markers are read.
import { describe, expect, it } from 'vitest';
import { COLLECTION_NOTED, letterResent, TWEETS_RECEIVED } from '../../eventing/cloud-events.ts';
import { countLetter, letterOf, noLetters } from '../../eventing/dead-letters.ts';
import type { LogRecord } from '../../eventing/log.ts';

const at = { topic: 'dead-letters', partition: 0, time: 1_000, value: null };

const letter = (offset: number, event: string, partition = 0): LogRecord => ({
  ...at,
  partition,
  key: '',
  offset,
  headers: { ce_type: TWEETS_RECEIVED, ce_subject: event },
});
const marker = (offset: number, id: string, event: string): LogRecord => ({
  ...at,
  ...letterResent('event-api', id, event),
  offset,
});

function counted(...records: LogRecord[]): Record<string, number> {
  const state = noLetters();
  for (const record of records) countLetter(state, record);
  return Object.fromEntries(state.byEvent);
}

const topicOf = (headers: Record<string, string>): string | undefined =>
  letterOf({ ...letter(0, ''), headers }).topic;

describe('countLetter', () => {
  it('counts letters by event and takes each off once', () => {
    const letters = [letter(0, 'flood'), letter(1, 'flood'), letter(2, 'fire')];
    expect(counted(...letters)).toEqual({ flood: 2, fire: 1 });
    expect(counted(...letters, marker(3, '0-1', 'flood'), marker(4, '0-1', 'flood'))).toEqual({
      flood: 1,
      fire: 1,
    });
  });

  it('counts nothing twice that is read twice', () => {
    expect(counted(letter(0, 'flood'), letter(0, 'flood'))).toEqual({ flood: 1 });
  });

  it('takes a marker that is read before its letter', () => {
    expect(counted(marker(0, '1-5', 'flood'), letter(5, 'flood', 1), letter(6, 'flood', 1))).toEqual({
      flood: 1,
    });
  });

  it('takes nothing off for a marker without a letter', () => {
    expect(counted(letter(0, 'flood'), marker(1, '0-9', 'flood'), marker(2, 'nonsense', 'flood'))).toEqual({
      flood: 1,
    });
  });
});

describe('letterOf', () => {
  it('knows the topic from the type, else from what Knative put into the source', () => {
    expect(topicOf({ ce_type: TWEETS_RECEIVED, ce_subject: 'flood' })).toBe('raw-tweets.flood');
    expect(topicOf({ ce_type: COLLECTION_NOTED })).toBe('collection');
    expect(topicOf({ ce_source: '/apis/v1/namespaces/x/kafkasources/y#somewhere' })).toBe('somewhere');
    expect(topicOf({})).toBeUndefined();
  });
});
