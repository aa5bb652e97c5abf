// All that changes while the simulator runs, in one place.
import type { ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Archive } from './archive.ts';
import type { Clock } from './clock.ts';
import type { Connections, SecondConnect } from './connections.ts';
import type { Standing } from './faults.ts';
import type { Feed } from './feed.ts';
import type { Dialect, Shape } from './fields.ts';
import type { Random } from './random.ts';
import type { Windows } from './rate-limit.ts';
import type { Record } from './record.ts';
import type { Recording } from './recording.ts';
import type { RuleBook } from './rule-book.ts';
import type { Usage } from './usage.ts';

export interface Called {
  /** ms since 1970 */
  readonly at: number;
  /** such as `GET /2/tweets/search/stream` */
  readonly call: string;
  /** 0: not answered */
  readonly status: number;
}

export interface Live {
  readonly clock: Clock;
  readonly random: Random;
  /** mean posts/s of the script */
  readonly rate: number;
  readonly options: {
    readonly keepAliveMs: number;
    readonly lingerMs: number;
    readonly second: SecondConnect;
    readonly credits: number;
    readonly rateLimits: boolean;
    readonly searchDelayMs: number;
    readonly dialect: Dialect;
  };
  readonly book: RuleBook;
  readonly feed: Feed;
  readonly connections: Connections;
  readonly windows: Windows;
  readonly usage: Usage;
  readonly archive: Archive;
  readonly record: Record;
  readonly recording: Recording | undefined;
  readonly nextId: (at: number) => string;
  readonly calls: Called[];
  readonly counters: { generated: number; matching: number; delivered: number; connections: number };
  standing: Standing;
  /** what the last stream asked for */
  shape: Shape | undefined;
  paused: boolean;
}

export interface Call {
  readonly query: URLSearchParams;
  readonly body: string;
  readonly now: number;
}

/** Undefined: the route has answered by itself. */
export type Route = (live: Live, call: Call, response: ServerResponse) => Answer | undefined;
