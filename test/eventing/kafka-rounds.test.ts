// One append as requests that Kafka takes.
import { describe, expect, it } from 'vitest';
import { roundsOf } from '../../eventing/kafka-rounds.ts';
import { NotAppendable } from '../../eventing/log.ts';
import { message } from '../contracts/log-tools.ts';

const limits = (of: Record<string, number | undefined>): Map<string, number | undefined> =>
  new Map(Object.entries(of));

function keysOf(rounds: ReturnType<typeof roundsOf>): Record<string, string[]>[] {
  return rounds.map((round) =>
    Object.fromEntries(Array.from(round, ([topic, messages]) => [topic, messages.map(({ key }) => key)])),
  );
}

describe('roundsOf', () => {
  it('sends together what fits', () => {
    const messages = [message('a', '1', 'x'), message('b', '2', 'x'), message('a', '3', null)];
    expect(keysOf(roundsOf(messages, limits({ a: 1_000, b: 1_000 })))).toEqual([{ a: ['1', '3'], b: ['2'] }]);
  });

  it('begins another round for a topic whose batch is full, and keeps its order', () => {
    // 61 of the batch, and of each record 21, 1 of the key and 100: two of them are 305, three 427.
    const messages = ['1', '2', '3', '4', '5'].map((key) => message('a', key, 'x'.repeat(100)));
    const rounds = roundsOf([...messages, message('b', '6', 'x')], limits({ a: 305, b: 1_000 }));
    expect(keysOf(rounds)).toEqual([{ a: ['1', '2'], b: ['6'] }, { a: ['3', '4'] }, { a: ['5'] }]);
    expect(roundsOf(messages, limits({ a: 304 }))).toHaveLength(5);
  });

  it('counts key and headers, in bytes', () => {
    const headers = { name: 'value' };
    const one = { topic: 'a', key: 'ü', headers, value: Buffer.from('x') };
    // 61 + 21 + key 2 + value 1 + header 10 + 4 + 5
    expect(roundsOf([one], limits({ a: 104 }))).toHaveLength(1);
    expect(() => roundsOf([one], limits({ a: 103 }))).toThrow(NotAppendable);
    expect(() => roundsOf([one], limits({ a: 103 }))).toThrow(/\ba has 104 bytes.*\b103\b/);
  });

  it('has at most a thousand records of a topic in a round', () => {
    const messages = Array.from({ length: 2_001 }, (_, index) => message('a', `${index}`, null));
    const sizes = roundsOf(messages, limits({ a: 10_000_000 })).map((round) => round.get('a')!.length);
    expect(sizes).toEqual([1_000, 1_000, 1]);
  });

  it('refuses all of it for one topic that does not exist', () => {
    const messages = [message('a', '1', 'x'), message('gone', '2', 'x')];
    expect(() => roundsOf(messages, limits({ a: 1_000, gone: undefined }))).toThrow(
      'topic gone does not exist',
    );
  });
});
