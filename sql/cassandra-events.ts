// Events: changed by compare-and-set, read serially. They share a partition, so that one serial read sees them all.
import { randomUUID } from 'node:crypto';
import { type Cql, isUnknownOutcome, type Row } from './cassandra-client.ts';
import { encodeLong, isoOf } from './cassandra-rows.ts';
import { type CrisisEvent, crisisEvent } from './crisis-event.ts';

const LIST = 'events';
const TRIES = 5;

const ONE = 'SELECT * FROM ks.event WHERE list = ? AND code = ?';
const ALL = 'SELECT * FROM ks.event WHERE list = ? AND code > ? LIMIT 100';
const CREATE = `INSERT INTO ks.event (list, code, name, description, keywords, status, version, created_at, updated_at, collect_since, change)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS`;
const CHANGE = `UPDATE ks.event SET name = ?, description = ?, keywords = ?, status = ?, version = ?, updated_at = ?, change = ?
  WHERE list = ? AND code = ? IF version = ?`;

/** All events by code. Each page is a serial read of its own: one of an event that is there never misses it. */
export async function allEvents(cql: Cql): Promise<CrisisEvent[]> {
  const events: CrisisEvent[] = [];
  for (let last = ''; ;) {
    const rows = await cql.serialRows(ALL, [LIST, last]);
    if (rows.length === 0) return events;
    events.push(...rows.map(eventOf));
    last = events.at(-1)?.code ?? last;
  }
}

export async function findEvent(cql: Cql, code: string): Promise<CrisisEvent | undefined> {
  const row = await read(cql, code);
  return row === undefined ? undefined : eventOf(row);
}

/** False when the code is taken. Rejects when that is unknown even after reading again; a retry then finds out. */
export function createEvent(cql: Cql, event: CrisisEvent): Promise<boolean> {
  const { code, name, description, keywords, status, version } = event;
  const times = [event.createdAt, event.updatedAt, event.collectSince].map((time) =>
    time === null ? null : encodeLong(Date.parse(time)),
  );
  const change = randomUUID();
  const values = [LIST, code, name, description, textsOf(keywords), status, version, ...times, change];
  return decided(cql, { code, before: undefined, change }, () => cql.compareAndSet(CREATE, values));
}

/** False when the stored version is not `event.version - 1`. Rejects as {@link createEvent} does. */
export function changeEvent(cql: Cql, event: CrisisEvent): Promise<boolean> {
  const { code, name, description, keywords, status, version } = event;
  const change = randomUUID();
  const updatedAt = encodeLong(Date.parse(event.updatedAt));
  const values = [name, description, textsOf(keywords), status, version, updatedAt, change];
  return decided(cql, { code, before: version - 1, change }, () =>
    cql.compareAndSet(CHANGE, [...values, LIST, code, version - 1]),
  );
}

interface Change {
  readonly code: string;
  /** the version it needs; undefined: that there is no such event */
  readonly before: number | undefined;
  readonly change: string;
}

/** Tries until it is known whether the change was made: a serial read also finishes what was left half done. */
async function decided(cql: Cql, change: Change, attempt: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      const applied = await attempt();
      // A try that seemed to fail may have done it, and then the next is refused by its own work.
      return applied || (tries > 1 && judge(change, await read(cql, change.code)) === true);
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error;
      const outcome = judge(change, await read(cql, change.code));
      if (outcome !== undefined) return outcome;
      if (tries === TRIES) throw error;
    }
  }
}

/** Whether the row shows the change made (true), made impossible (false), or still to be made (undefined). */
export function judge({ before, change }: Omit<Change, 'code'>, row: Row | undefined): boolean | undefined {
  if (row === undefined) return before === undefined ? undefined : false;
  if (String(row['change']) === change) return true;
  const version = Number(row['version']);
  if (version === before) return undefined;
  // One version later somebody else's change is in our place; after that, ours may lie beneath it.
  if (version <= (before ?? 0) + 1) return false;
  throw new Error('Whether the change of the event was made cannot be known: it was changed again since.');
}

async function read(cql: Cql, code: string): Promise<Row | undefined> {
  return (await cql.serialRows(ONE, [LIST, code]))[0];
}

function eventOf(row: Row): CrisisEvent {
  const { code, name, description, keywords, status, version } = row;
  const since = row['collect_since'] ?? null;
  return crisisEvent.parse({
    code,
    name,
    description,
    keywords: keywords ?? [],
    status,
    version,
    createdAt: isoOf(row['created_at']),
    updatedAt: isoOf(row['updated_at']),
    collectSince: since === null ? null : isoOf(since),
  });
}

const textsOf = (keywords: readonly string[]): string[] => [...keywords];
