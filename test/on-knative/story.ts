// What the tests of one installation share: the event they collect for, what they wait for, and the report of it all.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { COLLECTION, DEAD_LETTERS, rawTweets } from '../../eventing/topics.ts';
import { normalizerGroup, normalizerName } from '../../knative/manifests.ts';
import { eventOfStrand } from '../../tracker/x-simulator/sample-events.ts';
import { readAll } from '../contracts/log-tools.ts';
import type { Outage } from '../fire/checking.ts';
import { type Moment, picture } from './picture.ts';
import { type Installation, openInstallation } from './place.ts';
import { checker, type Checked } from './rows.ts';

const { flood, dam, power } = eventOfStrand;
const keywords = [...flood.keywords.slice(0, 10), ...dam.keywords.slice(0, 6), ...power.keywords.slice(0, 6)];
export const busy = { code: 'karvelle', name: 'Karvelle', keywords };
/** nobody posts about it */
export const idle = { code: 'elsewhere', name: 'Elsewhere', keywords: ['xylophonequake'] };
export const NORMALIZER = normalizerName(busy.code);
const TOPIC = rawTweets(busy.code).name;
export const LATER = { timeout: 300_000, interval: 500 };

interface Simulated {
  readonly matching: number;
  readonly connections: number;
}

export interface Story {
  readonly place: Installation;
  /** in which nobody listened to the stream */
  readonly outages: Outage[];
  /** A number for the report. */
  tell(what: string, value: unknown): void;
  /** A line in the picture. */
  begin(what: string): void;
  /** pods of a service that are there, as last seen */
  pods(service: string): number;
  /** most ready pods of a service at once since then (ms since 1970) */
  mostReady(service: string, since: number): number;
  /** Resolves when no pod of the service is there, not even an ending one. */
  asleep(service: string): Promise<void>;
  /** Resolves when all that was received has been stored; does not wake the event API. */
  settled(): Promise<void>;
  /** Compares all rows with what was sent. */
  nothingLost(): Promise<Checked>;
  /** One post at X, that matches. */
  send(): Promise<void>;
  /** One post at X; ms until its row is there. */
  onePost(): Promise<number>;
  /** what X has generated for the event, and how often it was connected to */
  simulator(): Promise<Simulated>;
  flow(perSecond: number): Promise<void>;
  hold(): Promise<void>;
  close(): Promise<void>;
}

export async function openStory(kubeconfig: string, tag: string, seed: number): Promise<Story> {
  const place = await openInstallation(kubeconfig, tag);
  const { watch, log, store, x } = place;
  const outages: Outage[] = [];
  const moments: Moment[] = [];
  const facts: Record<string, unknown> = { date: new Date().toISOString(), seed };
  const check = checker(place, busy);
  const report = (): void => write(place, facts, moments);
  const pods = (service: string): number => watch.looks.at(-1)?.there[service] ?? 0;
  const simulator = async () => (await x('GET', '/simulator')) as Simulated;
  let template: Template | undefined;
  const send = async (): Promise<void> => {
    template ??= lastOf(place.record);
    await x('POST', '/simulator/posts', JSON.stringify(anotherOf(template)));
  };
  return {
    place,
    outages,
    send,
    tell(what, value) {
      facts[what] = value;
      process.stderr.write(`${what}: ${JSON.stringify(value)}\n`);
      report();
    },
    begin: (what) => void moments.push({ at: Date.now(), what }),
    pods,
    mostReady: (service, since) =>
      Math.max(...watch.looks.filter(({ at }) => at >= since).map(({ ready }) => ready[service] ?? 0)),
    asleep: (service) => vi.waitFor(() => expect(pods(service), `pods of ${service}`).toBe(0), LATER),
    async settled() {
      await vi.waitFor(async () => {
        expect(await simulator()).toMatchObject({ connected: true, paused: true });
        // What the tracker has in its hands reaches the log meanwhile.
        await sleep(2_000);
        expect(await log.lag(normalizerGroup(busy.code), TOPIC)).toBe(0);
        expect(await log.lag('event-api', COLLECTION.name)).toBe(0);
      }, LATER);
    },
    async nothingLost() {
      const found = await check(outages);
      expect(found.problems.slice(0, 20), `${found.problems.length} problems`).toEqual([]);
      expect(await readAll(log, DEAD_LETTERS.name)).toEqual([]);
      return found;
    },
    async onePost() {
      const before = await store.total(busy.code);
      const began = performance.now();
      await send();
      const soon = { timeout: 60_000, interval: 20 };
      await vi.waitFor(async () => expect(await store.total(busy.code)).toBe(before + 1), soon);
      return Math.round(performance.now() - began);
    },
    simulator,
    async flow(perSecond) {
      await x('POST', '/simulator/faults', { do: 'rate', perSecond });
      await x('POST', '/simulator/resume');
    },
    async hold() {
      await x('POST', '/simulator/pause');
    },
    async close() {
      report();
      await place[Symbol.asyncDispose]();
    },
  };
}

function write({ watch, problems }: Installation, facts: object, moments: readonly Moment[]): void {
  const folder = process.env['ON_KNATIVE_REPORT'];
  if (folder === undefined || watch.looks.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const services = ['tracker', 'event-api', 'controller', NORMALIZER, normalizerName(idle.code)];
  writeFileSync(join(folder, 'pods.svg'), picture(watch.looks, moments, services));
  writeFileSync(
    join(folder, 'facts.json'),
    JSON.stringify({ ...facts, usage: watch.usage(), problems }, null, 1),
  );
}

interface Template {
  readonly data: Readonly<Record<string, unknown>>;
  readonly includes: object;
}

/** The last post that matched. */
function lastOf(record: string): Template {
  const last = readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .findLast(({ matching, malformed }) => matching.length > 0 && !malformed);
  return JSON.parse(last.line);
}

/** As if its author had sent it again just now. */
function anotherOf({ data, includes }: Template): object {
  const now = Date.now();
  const id = String((BigInt(now - 1_288_834_974_657) << 22n) + 77n);
  const created_at = new Date(now).toISOString();
  return { data: { ...data, id, created_at, edit_history_tweet_ids: [id] }, includes };
}
