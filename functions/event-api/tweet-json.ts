// A tweet as JSON: the columns by name, times in RFC 3339. What a message did not say is absent.
import { z } from 'zod';
import { columns } from '../../sql/tweet.ts';
import type { TweetRow } from '../../sql/tweet.ts';

const types = {
  text: z.string(),
  int: z.int(),
  boolean: z.boolean(),
  timestamp: z.iso.datetime(),
  uuid: z.uuid(),
  list: z.array(z.string()),
};
const ALWAYS = ['event_name', 'bucket', 't_id', 'id', 't_text', 'source', 'via', 'received_at'];

export const tweetJson = z.strictObject(
  Object.fromEntries(
    Object.entries(columns).map(([name, type]) => [
      name,
      ALWAYS.includes(name) ? types[type] : types[type].optional(),
    ]),
  ),
);

const TIMES = new Set(
  Object.entries(columns).flatMap(([name, type]) => (type === 'timestamp' ? [name] : [])),
);

export function tweetToJson(row: TweetRow): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      TIMES.has(name) && typeof value === 'number' ? rfc3339(value) : value,
    ]),
  );
}

// A post may say any time; RFC 3339 has the years 0 to 9999, and what it cannot say is left out.
function rfc3339(ms: number): string | undefined {
  const time = new Date(ms);
  const year = time.getUTCFullYear();
  return year >= 0 && year <= 9999 ? time.toISOString() : undefined;
}
