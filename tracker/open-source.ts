// The source that was chosen, ready to be opened: a file that can be read, X, the simulator in this process, or none.
import type { Progress } from '../eventing/collection.ts';
import type { CrisisEvent } from '../sql/crisis-event.ts';
import type { Budget } from './budget.ts';
import { noSource } from './no-source.ts';
import { WrongUsage, type SourceChoice, type WantedEvent } from './options.ts';
import { replaySource } from './replay-source.ts';
import { openReplay, UnreadableInput } from './replay/open.ts';
import type { Source } from './source.ts';
import type { XOptions } from './x-source.ts';

/** What a source is opened for. */
export interface Opening {
  readonly install: string;
  /** how far the last replay of this install got */
  readonly replayed: Progress | undefined;
  readonly active: readonly CrisisEvent[];
  readonly budget: Budget;
}

export interface ChosenSource {
  readonly open: (opening: Opening) => Source;
  /** bytes of a replayed file, where that says how far it is */
  readonly size: number | undefined;
  /** what a newcomer without events of their own should see */
  readonly sample: readonly WantedEvent[];
  readonly close: () => Promise<void>;
}

const rest = { size: undefined, sample: [], close: async () => undefined };

/** Throws {@link WrongUsage} for a file that cannot be read. */
export async function chooseSource(choice: SourceChoice): Promise<ChosenSource> {
  switch (choice.kind) {
    case 'none':
      return { ...rest, open: () => noSource };
    case 'x':
      return { ...rest, open: await xSource({ ...choice, name: 'x' }) };
    case 'replay':
      return replay(choice.path, choice.rate);
    default:
      return simulated(choice.searchPostsPerDay);
  }
}

// What reads X, and what plays it, is loaded only where it is wanted: it is a third of what a replay would load.

interface Address {
  readonly name: XOptions['name'];
  readonly url: string;
  readonly token: string;
  readonly searchPostsPerDay: number;
}

async function xSource({ name, url, token, searchPostsPerDay }: Address): Promise<ChosenSource['open']> {
  const { xRules } = await import('./x-api.ts');
  const { xSearch, X_TIMING } = await import('./x-search.ts');
  const { XSource } = await import('./x-source.ts');
  const address = { baseUrl: url, bearerToken: token };
  const search = xSearch({ ...address, ...X_TIMING, postsPerDay: searchPostsPerDay });
  return ({ install, budget }) =>
    new XSource({ ...address, name, install, budget, search, rules: xRules(url, token) });
}

async function simulated(searchPostsPerDay: number): Promise<ChosenSource> {
  const { sampleEvents } = await import('./x-simulator/sample-events.ts');
  const { startSimulator } = await import('./x-simulator/server.ts');
  const simulator = await startSimulator({ port: 0, seed: Date.now() % 1_000_000, ruleDelayMs: 0 });
  const open = await xSource({
    name: 'simulator',
    url: simulator.url,
    token: 'simulator',
    searchPostsPerDay,
  });
  return { ...rest, open, sample: sampleEvents, close: () => simulator.close() };
}

async function replay(path: string, rate: number | undefined): Promise<ChosenSource> {
  try {
    const input = await openReplay(path);
    return {
      ...rest,
      size: input.size,
      open: ({ replayed, active }) => replaySource({ input, rate, previous: replayed, active }),
    };
  } catch (error) {
    if (error instanceof UnreadableInput) throw new WrongUsage(error.message, { cause: error });
    throw error;
  }
}
