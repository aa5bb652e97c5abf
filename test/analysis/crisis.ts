// A made crisis of any size: its tweets in the order of their time, spread over days, nights and minutes. The same every time.
import { bucketOf } from '../../sql/bucket.ts';
import type { Tweet } from '../../sql/tweet.ts';
import { randomFrom, type Random } from '../bench/random.ts';
import { textAround } from '../bench/vocabulary.ts';
import { idAt } from '../factories.ts';

export const BEGIN = Date.UTC(2026, 9, 29);
export const DAY = 86_400_000;
const MINUTE = 60_000;
const MINUTES = DAY / MINUTE;
const QUIETEST = 240;

/** Ten million: two weeks, the worst on the third day. */
export const TWO_WEEKS: readonly number[] = [
  300_000, 1_200_000, 2_000_000, 1_400_000, 1_000_000, 800_000, 700_000, 600_000, 500_000, 400_000, 350_000,
  300_000, 250_000, 200_000,
];

/** How many of a day's tweets each of its minutes has. At four in the afternoon that is nine times what it is at four at night. */
export function minutesOf(tweets: number): number[] {
  const wave = (minute: number): number => Math.sin((2 * Math.PI * (minute - QUIETEST)) / MINUTES);
  const share = (minute: number): number => minute / MINUTES - (0.4 / Math.PI) * (wave(minute) - wave(0));
  const until = (minute: number): number => Math.round(tweets * share(minute));
  return Array.from({ length: MINUTES }, (_, minute) => until(minute + 1) - until(minute));
}

/**
 * The tweets of `days`, each with so many, a minute at a time. Of a row they have the columns that most tweets have, of about 100
 * characters of text, half of them retweets; their messages are empty.
 */
export function* crisis(event: string, days: readonly number[]): Generator<Tweet[]> {
  const random = randomFrom(2026);
  const originals = Array.from({ length: 20_000 }, () => freshText(random));
  for (const [day, tweets] of days.entries()) {
    for (const [minute, wanted] of minutesOf(tweets).entries()) {
      const start = BEGIN + day * DAY + minute * MINUTE;
      yield Array.from({ length: wanted }, (_, n) => {
        const time = start + Math.floor((n * MINUTE) / wanted);
        return tweetAt(event, time, n, { random, originals });
      });
    }
  }
}

const userOf = (random: Random): number => Math.floor(random.int(1_000) ** 2 / 2) + random.int(1_000);

/** Small talk; every fourth names a person, every third has a link of its own. */
function freshText(random: Random): string {
  const talk = textAround(random, 'flood', 40 + random.int(80));
  const person = random.chance(0.25) ? `@user${userOf(random)} ` : '';
  const link = random.chance(0.33) ? ` https://t.co/${random.int(2 ** 31).toString(36)}` : '';
  return `${person}${talk}${link}`;
}

const bytesOf = (random: Random): string =>
  random
    .int(2 ** 32)
    .toString(16)
    .padStart(8, '0');

function tweetAt(
  event: string,
  time: number,
  n: number,
  { random, originals }: { readonly random: Random; readonly originals: readonly string[] },
): Tweet {
  const id = idAt(time, n % 4_096);
  const retweet = random.chance(0.5);
  // The more retweeted ones are retweeted more.
  const original = originals[Math.floor((random.int(4_000) * random.int(5_000)) / 1_000)] ?? '';
  const user = userOf(random);
  const [a, b, c, d] = [bytesOf(random), bytesOf(random), bytesOf(random), bytesOf(random)];
  return {
    row: {
      event_name: event,
      bucket: bucketOf('x', id, time) ?? 0,
      t_id: id,
      id: `${a}-${b.slice(0, 4)}-5${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`,
      event_kw: 'flood',
      t_created_at: time,
      t_text: retweet ? `RT @user${userOf(random)}: ${original}` : freshText(random),
      t_retweet_count: 0,
      t_favorite_count: 0,
      t_is_a_retweet: retweet,
      t_lang: 'en',
      u_id: `${1_000_000 + user}`,
      u_screen_name: `user${user}`,
      u_followers_count: random.int(10_000),
      hashtags: ['flood'],
      source: 'x',
      via: 'stream',
      received_at: time + 500,
    },
    raw: Buffer.alloc(0),
    writeTime: (time + 500) * 1_000,
  };
}
