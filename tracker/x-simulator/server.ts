// The X simulator: the part of X's API v2 that a tracker needs, over HTTP on this machine, with a crisis going on behind it,
// and everything that is known to go wrong there, on command.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import type { Json } from '../../eventing/post.ts';
import { pause, schedule, stateOf, type State } from './admin.ts';
import { openArchive } from './archive.ts';
import { end, noConnections, streamOf } from './connections.ts';
import { play, push } from './delivery.ts';
import { faultsOf, type FaultCommand } from './fault-forms.ts';
import { sound } from './faults.ts';
import { startFeed } from './feed.ts';
import type { Called, Live } from './live.ts';
import { settingsOf, type SimulatorOptions } from './options.ts';
import { seeded } from './random.ts';
import { openRecord, type Expected } from './record.ts';
import { openRecording } from './recording.ts';
import { handle } from './routes.ts';
import { givenScript, sampleScript } from './script.ts';
import { snowflakes } from './snowflake.ts';
import { openUsage } from './usage.ts';

export type { SimulatorOptions } from './options.ts';

export interface Simulator {
  readonly url: string;
  /** A post now: a v2 message `{data, includes}`, or text alone, which becomes one. Gives its id. */
  push(post: Json | string): string;
  /** Makes something go wrong now, or `at` ms from now. Throws an Error that names what is wrong with the command. */
  fault(...commands: readonly (FaultCommand & { readonly at?: number })[]): void;
  /** What would have been delivered after that `seq` (0: all that is remembered), oldest first. */
  expected(after?: number): readonly Expected[];
  /** The last calls of X's API, oldest first. */
  calls(): readonly Called[];
  state(): State;
  pause(): void;
  resume(): void;
  /** Bytes into the open stream as they are, recorded nowhere; resolves when there is room for more. */
  raw(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Throws a RangeError for a rate it cannot keep; rejects when the port is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const live = liveOf(options);
  const server = createServer((request, response) => void handle(live, request, response));
  const close = async (): Promise<void> => {
    live.feed.stop();
    end(live.connections, 'clean', 'the simulator was stopped');
    const closed = promisify(server.close.bind(server))();
    server.closeAllConnections();
    await closed;
    live.recording?.close();
  };
  try {
    const url = await listen(server, options.port, options.host ?? '127.0.0.1');
    schedule(live, options.faults ?? []);
    return { url, close, ...methodsOf(live) };
  } catch (error) {
    live.feed.stop();
    live.recording?.close();
    throw error;
  }
}

/** Each maker of ids has a number of its own, so that no two make the same. */
const PUSHED = 1;
const RULES = 2;

function liveOf(options: SimulatorOptions): Live {
  const settings = settingsOf(options);
  const { clock, rate, seed, posts, lingerMs, secondConnect: second, credits } = settings;
  const nextId = snowflakes();
  const script =
    posts === undefined
      ? sampleScript(seed, rate)
      : givenScript(posts, rate, settings.restamp === true ? nextId : undefined);
  const live: Live = {
    clock,
    random: seeded(seed ^ 0x5eed),
    rate,
    options: { ...settings, second },
    book: { delayMs: settings.ruleDelayMs, nextId: snowflakes(RULES), rules: [] },
    feed: startFeed(clock, script, (item, at) => play(live, item, at)),
    connections: noConnections(clock),
    windows: new Map(),
    usage: openUsage(credits, settings.monthlyCap),
    archive: openArchive(settings.archive),
    record: openRecord(settings.remember),
    recording: settings.record === undefined ? undefined : openRecording(settings.record),
    nextId: snowflakes(PUSHED),
    calls: [],
    counters: { generated: 0, matching: 0, delivered: 0, connections: 0 },
    standing: sound(lingerMs, second),
    shape: undefined,
    paused: false,
  };
  return live;
}

const methodsOf = (live: Live): Omit<Simulator, 'url' | 'close'> => ({
  push: (post) => push(live, post),
  fault: (...commands) => schedule(live, faultsOf(commands)),
  expected: (after = 0) => live.record.after(after),
  calls: () => [...live.calls],
  state: () => stateOf(live),
  pause: () => void pause(live, true),
  resume: () => void pause(live, false),
  raw: async (bytes) => streamOf(live.connections)?.raw(bytes),
});

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://${host}:${address.port}`;
}
