// Everything but a source: events can be made and looked at, and nothing comes in.
import { NO_RULES, type Item, type Source } from './source.ts';
import { sleep } from './wakeup.ts';

const LONG = 2 ** 31 - 1;

export const noSource: Source = {
  name: 'none',
  via: 'replay',
  live: false,
  replayOf: null,
  want: () => undefined,
  eventsOfRule: () => [],
  collects: () => false,
  rules: () => NO_RULES,
  search: null,
  async *read(signal): AsyncGenerator<readonly Item[]> {
    yield [{ kind: 'state', state: 'idle', problem: null }];
    while (!signal.aborted) await sleep(LONG, signal);
  },
};
