// A gap filler with its real surroundings: intake, publisher and an embedded log; what it says and leaves is in the test's hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readAll } from '../../eventing/announced.ts';
import { decodeBatch, type Post } from '../../eventing/batch.ts';
import { progress, type Note, type Progress, type SearchProgress } from '../../eventing/collection.ts';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import { rawTweets } from '../../eventing/topics.ts';
import type { CrisisEvent } from '../../sql/crisis-event.ts';
import { Budget } from '../../tracker/budget.ts';
import type { GapFiller } from '../../tracker/gap-filler.ts';
import { fillerFor } from '../../tracker/gap-filling.ts';
import type { Search } from '../../tracker/gap-search.ts';
import type { GapNote } from '../../tracker/gap-words.ts';
import { Intake } from '../../tracker/intake.ts';
import { keepInLog } from '../../tracker/keeping.ts';
import { noSource } from '../../tracker/no-source.ts';
import { Publisher } from '../../tracker/publisher.ts';
import { receiptClock } from '../../tracker/receipt-clock.ts';
import { xSearch, type XSearchOptions } from '../../tracker/x-search.ts';
import { archive, postAt, type Archive, type Kept } from './x-archive.ts';

export const quickSearch = (baseUrl: string, other: Partial<XSearchOptions> = {}): Search =>
  xSearch({ baseUrl, bearerToken: 't', postsPerDay: 1_000, paceMs: 0, firstMs: 0, againMs: 0, ...other });

export interface Running {
  readonly filler: GapFiller;
  readonly notes: GapNote[];
  readonly reports: string[];
  /** what was last made durable */
  readonly left: () => SearchProgress | null;
  readonly budget: Budget;
  stop(): Promise<void>;
}

export interface Place {
  readonly log: Log;
  /** Starts one that knows these events; `left` is what the one before it left. */
  run(search: Search, events: readonly CrisisEvent[], left?: SearchProgress | null): Running;
  postsOf(code: string): Promise<Post[]>;
  close(): Promise<void>;
}

export async function place(): Promise<Place> {
  const dir = mkdtempSync(join(tmpdir(), 'epicenter-gap-filler-'));
  const log = await openEmbeddedLog(dir);
  return {
    log,
    run: (search, events, left = null) => run(log, search, events, left),
    async postsOf(code) {
      const posts: Post[] = [];
      if (!(await log.topics()).includes(rawTweets(code).name)) return posts;
      await readAll(log, rawTweets(code).name, (record) => {
        for (const one of decodeBatch(record.value!)) if ('message' in one) posts.push(one);
      });
      return posts;
    },
    async close() {
      await log.close();
      rmSync(dir, { recursive: true });
    },
  };
}

export interface Scene extends Place {
  /** what can be searched */
  readonly server: Archive;
  /** a minute, an hour ago */
  readonly from: number;
  readonly to: number;
  /** as many posts of that minute, a tenth of a second apart */
  during(count: number, text: string): Kept[];
  /** ids of the posts that the log has for an event */
  stored(code: string): Promise<string[]>;
}

export async function scene(): Promise<Scene> {
  const here = await place();
  const server = await archive([]);
  const from = Date.now() - 3_600_000;
  return {
    ...here,
    server,
    from,
    to: from + 60_000,
    during: (count, text) => Array.from({ length: count }, (_, n) => postAt(from + n * 100, text, n)),
    async stored(code) {
      const posts = await here.postsOf(code);
      return posts.map(({ message }) => idIn(message));
    },
    async close() {
      await server[Symbol.asyncDispose]();
      await here.close();
    },
  };
}

const idIn = (message: Uint8Array): string =>
  (JSON.parse(Buffer.from(message).toString()) as { data: Kept }).data.id;

/** Until `count` gaps are filled to their end. */
export async function ended({ filler, notes }: Running, count = 1): Promise<void> {
  const isEnded = (): boolean => filler.standing.fills.length === 0 && notes.length >= count;
  await expect.poll(isEnded, { timeout: 10_000 }).toBe(true);
}

function run(
  log: Log,
  search: Search,
  events: readonly CrisisEvent[],
  previous: SearchProgress | null,
): Running {
  const source = { ...noSource, search };
  const publisher = new Publisher(
    'test',
    keepInLog(log, () => undefined),
  );
  const intake = new Intake(source, publisher, receiptClock(Date.now));
  const notes: GapNote[] = [];
  const reports: string[] = [];
  let left = previous;
  const budget = new Budget(undefined, undefined, Date.now);
  const filler = fillerFor(
    {
      source,
      spool: undefined,
      previous: { search: previous } as Progress,
      budget,
      report: (text) => reports.push(text),
    },
    publisher,
    {
      intake,
      note: (all: readonly Note[]) => notes.push(...(all as GapNote[])),
      // As the tracker: the standing of before everything was durable, written as a record has it.
      async durable() {
        const standing = JSON.parse(JSON.stringify(filler.standing)) as unknown;
        await publisher.flush();
        left = progress.shape.search.parse(standing);
      },
    },
  )!;
  filler.want(new Map(events.map((event) => [event.code, event])));
  const stopping = new AbortController();
  const running = filler.run(stopping.signal);
  return {
    filler,
    notes,
    reports,
    left: () => left,
    budget,
    async stop() {
      stopping.abort();
      await running;
      await publisher.flush();
    },
  };
}

export const closedGap = (
  event: string,
  from: number,
  to: number,
  reason = 'X closed the stream',
): GapNote => ({
  kind: 'gap.closed',
  event,
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
  reason,
  recovered: 0,
  note: 'Posts of this time may be missing.',
});
