// Posts that are hard to count the words of, and their rows.
import { idAt, makeTweet } from '../factories.ts';
import type { Tweet } from '../../sql/tweet.ts';

export const BEGIN = Date.UTC(2026, 2, 1, 12);

// Latin, Greek, Cyrillic, Armenian, Georgian, Cherokee, letters in circles, wide Latin, Deseret, Adlam. Not all of Unicode:
// Java 17 knows fewer letters than Node.
const scripts = [
  [0x41, 0x24f],
  [0x370, 0x556],
  [0x10a0, 0x10c5],
  [0x13a0, 0x13f5],
  [0x1c90, 0x1cbf],
  [0x1e00, 0x1fff],
  [0x24b6, 0x24cf],
  [0xff21, 0xff3a],
  [0x10400, 0x10427],
  [0x1e900, 0x1e921],
] as const;
const capitals = scripts
  .flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n)),
  )
  .filter((char) => char.toLowerCase() !== char);

export const hardTexts: readonly string[] = [
  'The water rises the Water RISES',
  'tab\tbetween\t\ttwo, line\nafter\r\nline',
  'no-break\u00a0space, wide\u3000space, thin\u2009space, line\u2028separator, next\u0085line',
  'zero\u200bwidth and e\u0301 and \u00e9 are not looked into',
  'İstanbul ISTANBUL istanbul ıstanbul Iğdır',
  'ΟΔΟΣ οδος Οδός ΣΊΣΥΦΟΣ',
  'STRASSE Straße STRAẞE',
  '地震です。 地震　津波',
  '🌊🌊 🌊 👩‍🚒 🇯🇵 ⚠️flood',
  ' leading and trailing \n',
  '',
  ' \t\u00a0',
  'quotes \' " ` \\ \\s % _ ; -- /* #',
  'https://t.co/AbC #Flood @Boulder',
  'x'.repeat(25_000),
  'word '.repeat(5_000),
  capitals.join(' '),
];

/** The hard texts and `more` plain ones, a second apart. */
export const tweetsOf = (event: string, more: number): Tweet[] =>
  [...hardTexts, ...Array.from({ length: more }, (_, n) => `flood ${n % 97} at Gauge ${n % 1_009}`)].map(
    (text, n) => makeTweet({ event_name: event, t_id: idAt(BEGIN + n * 1_000), t_text: text }),
  );
