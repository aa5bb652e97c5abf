// Gaps, rejected lines and releases. No compare-and-set: what stands follows from the keys and from timestamps that say a rank,
// so that any order of writes ends in the same.
import type { Cql, Row } from './cassandra-client.ts';
import { forEach, inOrder } from './cassandra-flow.ts';
import { bytesOf, encodeLong, isoOf, numberOf, timeOf } from './cassandra-rows.ts';
import type { Gap, Rejected } from './ledger.ts';

const REJECTED_BYTES = 64 * 1024;
const AT_ONCE = 8;
/** Stands for no event where Cassandra lets no key be empty. No code begins so. */
const NO_EVENT = '-';

const SAVE_GAP = `INSERT INTO ks.gap (event_name, from_time, reason, closed, to_time, recovered, note)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;
// The first row of each group, in the order of the table: the copy that stands.
const GAPS = 'SELECT * FROM ks.gap WHERE event_name = ? GROUP BY from_time, reason';
const REJECT = `INSERT INTO ks.rejected (event_name, sha256, reason, length, bytes, at)
  VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?`;
const ENTER = 'INSERT INTO ks.rejected_by_event (event_name, at, sha256) VALUES (?, ?, ?)';
const ENTRIES = 'SELECT at, sha256 FROM ks.rejected_by_event WHERE event_name = ?';
const REJECTED = 'SELECT * FROM ks.rejected WHERE event_name = ? AND sha256 = ?';
const EVENTS = 'SELECT DISTINCT event_name FROM ks.rejected_by_event';
const RELEASE = 'INSERT INTO ks.release (event_name, version) VALUES (?, ?) USING TIMESTAMP ?';

/** Every copy is kept; {@link gaps} gives the one that stands. */
export async function saveGap(cql: Cql, gap: Gap): Promise<void> {
  const { event, from, to, reason, recovered, note } = gap;
  const times = [from, to ?? from].map((time) => encodeLong(Date.parse(time)));
  await cql.rows(SAVE_GAP, [event, times[0], reason, to !== null, times[1], recovered, note]);
}

export async function gaps(cql: Cql, code: string): Promise<Gap[]> {
  return (await cql.rows(GAPS, [code])).map((row) => ({
    event: String(row['event_name']),
    from: isoOf(row['from_time']),
    to: row['closed'] === true ? isoOf(row['to_time']) : null,
    reason: String(row['reason']),
    recovered: numberOf(row['recovered']),
    note: String(row['note']),
  }));
}

/**
 * A repeated rejection is one, the earliest: the earlier its time, the greater its timestamp. Of two at the same time Cassandra
 * keeps the greater reason.
 */
export async function saveRejected(cql: Cql, rejected: readonly Rejected[]): Promise<void> {
  await forEach(rejected, AT_ONCE, async ({ event, sha256, reason, length, bytes, at }) => {
    const kept = Buffer.from(bytes.subarray(0, REJECTED_BYTES));
    const time = encodeLong(at);
    const key = event || NO_EVENT;
    await cql.rows(REJECT, [key, sha256, reason, encodeLong(length), kept, time, encodeLong(-at)]);
    await cql.rows(ENTER, [key, time, sha256]);
  });
}

export async function findRejected(cql: Cql, code: string | undefined, limit: number): Promise<Rejected[]> {
  if (code !== undefined) return newest(cql, code || NO_EVENT, limit);
  let found: Rejected[] = [];
  const events = cql.each(EVENTS, [], limit);
  for await (const rejected of inOrder(events, AT_ONCE, (row) =>
    newest(cql, String(row['event_name']), limit),
  )) {
    found = [...found, ...rejected].toSorted(byTime).slice(0, limit);
  }
  return found;
}

function byTime(a: Rejected, b: Rejected): number {
  return b.at - a.at || (a.sha256 < b.sha256 ? -1 : 1);
}

async function newest(cql: Cql, key: string, limit: number): Promise<Rejected[]> {
  const found: Rejected[] = [];
  const entries = cql.each(ENTRIES, [key], limit);
  for await (const rejected of inOrder(entries, AT_ONCE, (entry) => rejectedOf(cql, key, entry))) {
    if (rejected !== undefined) found.push(rejected);
    if (found.length === limit) break;
  }
  return found;
}

/** What an entry stands for; undefined when an earlier entry stands for it. */
async function rejectedOf(cql: Cql, key: string, entry: Row): Promise<Rejected | undefined> {
  const [row] = await cql.rows(REJECTED, [key, entry['sha256']]);
  if (row === undefined || timeOf(row['at']) !== timeOf(entry['at'])) return undefined;
  return {
    sha256: String(row['sha256']),
    event: key === NO_EVENT ? '' : key,
    reason: String(row['reason']),
    length: numberOf(row['length']),
    bytes: bytesOf(row['bytes']),
    at: timeOf(row['at']),
  };
}

/** The newest version stays: it is its own timestamp. */
export async function saveRelease(cql: Cql, code: string, version: number): Promise<void> {
  await cql.rows(RELEASE, [code, version, encodeLong(version)]);
}

export async function releases(cql: Cql): Promise<Map<string, number>> {
  const rows = await cql.rows('SELECT event_name, version FROM ks.release', []);
  return new Map(rows.map((row) => [String(row['event_name']), numberOf(row['version'])]));
}
