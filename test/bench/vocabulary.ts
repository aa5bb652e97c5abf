// The words of the made corpora: names that belong to one event each, and what people say around them.
import type { Random } from './random.ts';

type Words = readonly [string, ...string[]];
const split = (words: string): Words => {
  const [first = '', ...rest] = words.split(' ');
  return [first, ...rest];
};

const SYLLABLES = split('ka ro mi ve lan tor bre su dal ne qui for gha wen pol zi hur mes tra bo');
const ARABIC_SYLLABLES = split('با رو مي دل كر سو تن حي فا زم');
const KANJI = split('岡 崎 嶋 葛 榛 蒲 鷹 鶴 亀 柿 栗 桑 萩 菊 藤 蘭 鯉 鮎 鷺 雀');

/** A name that no other number has, spelled with the given syllables. */
function nameOf(number: number, syllables: Words): string {
  let name = '';
  for (let rest = number + syllables.length ** 2; rest > 0; rest = Math.floor(rest / syllables.length))
    name += syllables[rest % syllables.length];
  return name;
}

const place = (number: number): string => {
  const name = nameOf(number, SYLLABLES);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};

/** One keyword of each kind, and how a post says it; `name(n)` differs for every n of every event. */
const KINDS: readonly ((event: number) => { keyword: string; said: string })[] = [
  (event) => ({ keyword: place(event * 8), said: place(event * 8) }),
  (event) => ({
    keyword: `flood ${place(event * 8 + 1)}`,
    said: `${place(event * 8 + 1)} is under flood water`,
  }),
  (event) => ({ keyword: `"${place(event * 8 + 2)} bridge"`, said: `the ${place(event * 8 + 2)} Bridge` }),
  (event) => ({ keyword: `#${place(event * 8 + 3)}`, said: `#${place(event * 8 + 3)}` }),
  (event) => ({ keyword: `${nameOf(event, KANJI)}市`, said: `${nameOf(event, KANJI)}市で地震がありました` }),
  (event) => ({
    keyword: `${place(event * 8 + 4)} ${place(event * 8 + 5)}`,
    said: `${place(event * 8 + 5)}, north of ${place(event * 8 + 4)}`,
  }),
  (event) => ({ keyword: `São ${place(event * 8 + 6)}`, said: `SÃO ${place(event * 8 + 6).toUpperCase()}` }),
  (event) => ({
    keyword: nameOf(event, ARABIC_SYLLABLES),
    said: `زلزال في ${nameOf(event, ARABIC_SYLLABLES)} الآن`,
  }),
  (event) => ({ keyword: `evacuate ${place(event * 8 + 7)}`, said: `they evacuate ${place(event * 8 + 7)}` }),
  (event) => ({ keyword: `Zürau${event} Straße`, said: `die STRASSE, nein: Straße in zürau${event}` }),
];

/** The ten keywords of an event. */
export const keywordsOf = (event: number): string[] => KINDS.map((kind) => kind(event).keyword);

/** Words with which a post matches the event, by one of its keywords, and no other event. */
export function sayingOf(event: number, which: number): string {
  return KINDS[which % KINDS.length]?.(event).said ?? '';
}

const PHRASES: readonly [Words, ...Words[]] = [
  split(
    'the water is still rising near our house and power has been out since last night please stay safe everyone flood warning ' +
      'extended until tomorrow evacuate now if you can shelter open at school bring blankets traffic closed bridge police ask for ' +
      'volunteers thank you to all who help we are fine but worried about family',
  ),
  split(
    'el agua sigue subiendo cerca de casa y no hay luz desde anoche por favor cuídense mucho alerta por inundación hasta mañana ' +
      'evacuación en marcha refugio abierto en la escuela traigan mantas policía pide voluntarios gracias a todos',
  ),
  split(
    'das Wasser steigt weiter und seit gestern Abend fällt der Strom aus bitte passt auf euch auf Überschwemmung Warnung bis morgen ' +
      'Brücke gesperrt Helfer gesucht danke für alles wir sind in Sicherheit',
  ),
  split(
    '今も水が上がっています 停電しています みなさん気をつけてください 避難所は学校です 毛布を持ってきて 警報が続く ありがとう 無事です',
  ),
  split(
    'المياه ترتفع قرب البيت والكهرباء مقطوعة منذ ليلة أمس ابقوا سالمين تحذير حتى غد المدرسة مفتوحة شكرا لكم',
  ),
  split('पानी बढ़ रहा है और बिजली नहीं है कृपया सुरक्षित रहें चेतावनी कल तक स्कूल में आश्रय धन्यवाद'),
];
const SIGNS: Words = ['🌊', '⚠️', '🙏', '…', '!!', '@relief_desk', '#breaking', 'https://t.co/Ab3dE5gH1j'];

/** About `length` characters of small talk in one language, with the saying in the middle. */
export function textAround(random: Random, saying: string, length: number): string {
  // Three of five posts are in English, as on the service.
  const words = random.chance(0.6) ? PHRASES[0] : random.pick(PHRASES);
  const talk = (characters: number): string => {
    let text = '';
    while (text.length < characters)
      text += `${random.chance(0.08) ? random.pick(SIGNS) : random.pick(words)} `;
    return text;
  };
  const before = random.int(Math.max(1, length - saying.length));
  return `${talk(before)}${saying} ${talk(length - saying.length - before)}`.trim();
}
