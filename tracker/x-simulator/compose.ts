// One post of the sample crisis: new words, or something said about what was posted before.
import type { Link, MadePost, Media } from './made-post.ts';
import { PLACES, type Person } from './people.ts';
import type { Phrases, Strand } from './language.ts';
import { LANGUAGES } from './phrases.ts';
import { between, code, pick, pickByShare, type Random } from './random.ts';

/** What has been said lately, and by whom it may be answered. */
export interface Talk {
  readonly random: Random;
  /** by language */
  readonly people: ReadonlyMap<string, readonly Person[]>;
  readonly nextId: (at: number) => string;
  readonly recent: MadePost[];
  readonly recentNoise: MadePost[];
}

const REMEMBERED = 120;
const MOST_VERSIONS = 6;
const KINDS = [
  { kind: 'original', share: 54 },
  { kind: 'retweet', share: 22 },
  { kind: 'quote', share: 8 },
  { kind: 'reply', share: 12 },
  { kind: 'edit', share: 4 },
] as const;
const SITES = ['karvelle-courier', 'tarsovia-today', 'lumenne-radio', 'open-gauge'];
const NUMBER = /\{n\}/g;
const TIME = /\{time\}/g;
const PLACE = /\{place\}/g;

/** `remember` only what is really sent: nobody can retweet a post that was cut off on its way. */
export function compose(talk: Talk, at: number, strands: readonly Strand[], remember: boolean): MadePost {
  const recent = strands.length === 0 ? talk.recentNoise : talk.recent;
  const post = make(talk, at, strands, recent);
  if (remember && post.kind !== 'retweet') keep(recent, post);
  return post;
}

/** An edit takes the place of the version before it. */
function keep(recent: MadePost[], post: MadePost): void {
  const before = post.versions.at(-2);
  const index = before === undefined ? -1 : recent.findIndex((one) => one.id === before);
  if (index >= 0) recent.splice(index, 1);
  recent.push(post);
  if (recent.length > REMEMBERED) recent.shift();
}

function make(talk: Talk, at: number, strands: readonly Strand[], recent: readonly MadePost[]): MadePost {
  const { random } = talk;
  const { kind } = pickByShare(random, KINDS);
  if (recent.length === 0 || kind === 'original') return original(talk, at, strands);
  const earlier = pick(random, recent);
  if (kind === 'retweet') return retweet(talk, at, earlier);
  if (kind === 'edit')
    return canBeEdited(earlier, at) ? edit(talk, at, earlier) : original(talk, at, strands);
  return { ...original(talk, at, strands, kind === 'reply' ? earlier.author : undefined), kind, of: earlier };
}

function original(talk: Talk, at: number, strands: readonly Strand[], to?: Person): MadePost {
  const { random } = talk;
  const language = pickByShare(random, LANGUAGES);
  const id = talk.nextId(at);
  const author = someone(talk, language);
  const mention = to === undefined && random() < 0.12 ? [someone(talk, language)] : [];
  const answered = to === undefined ? [] : [to];
  const links = random() < 0.18 ? [link(random)] : [];
  const media = random() < 0.16 ? [picture(random, id)] : [];
  const words = [
    ...answered.map((one) => `@${one.username}`),
    body(random, language, strands),
    ...hashtags(random, strands.length === 0 ? language.noiseTags : language.tags),
    ...mention.map((one) => `@${one.username}`),
    ...links.map((one) => one.url),
    ...media.map((one) => one.url),
  ];
  return {
    id,
    at,
    lang: language.lang,
    author,
    text: words.join(' '),
    kind: 'original',
    of: undefined,
    versions: [id],
    mentions: [...answered, ...mention],
    links,
    media,
    place: random() < 0.1 ? pick(random, PLACES) : undefined,
    strands,
  };
}

function retweet(talk: Talk, at: number, of: MadePost): MadePost {
  const id = talk.nextId(at);
  const author = someone(talk, pickByShare(talk.random, LANGUAGES));
  const { lang, text, strands } = of;
  const nothing = { mentions: [], links: [], media: [], place: undefined };
  return { id, at, lang, author, text, kind: 'retweet', of, versions: [id], strands, ...nothing };
}

const canBeEdited = (post: MadePost, at: number): boolean =>
  post.kind === 'original' && post.versions.length < MOST_VERSIONS && at - post.at < 30 * 60_000;

/** An edit is a new post with a new id; X names all versions in each. */
function edit(talk: Talk, at: number, old: MadePost): MadePost {
  const id = talk.nextId(at);
  return { ...old, id, at, text: `✏️ ${old.text}`, versions: [...old.versions, id] };
}

/** A few speak often, most seldom. */
function someone(talk: Talk, language: Phrases): Person {
  const people = talk.people.get(language.lang) ?? [];
  const chosen = people[Math.floor(talk.random() ** 2 * people.length)];
  if (chosen === undefined) throw new RangeError(`nobody speaks ${language.lang}`);
  return chosen;
}

function body(random: Random, language: Phrases, strands: readonly Strand[]): string {
  if (strands.length === 0) {
    return fill(random, language, [pick(random, language.noise), pick(random, language.noise)]);
  }
  const more = random() < 0.05 ? between(random, 4, 7) : 0;
  const told = [...strands, ...Array.from({ length: more }, () => pick(random, strands))];
  const sentences = told.map((strand) => pick(random, language[strand]));
  const said = `${fill(random, language, [pick(random, language.opens)])}${fill(random, language, sentences)}`;
  const tail = pick(random, language.tails);
  const stop = /^ \p{L}/u.test(tail) && !/[.?!؟]$/u.test(said) ? language.gap.trimEnd() : '';
  return `${said}${stop}${tail}`;
}

function fill(random: Random, language: Phrases, sentences: readonly string[]): string {
  return [...new Set(sentences)]
    .join(language.gap)
    .replaceAll(PLACE, () => pick(random, language.places))
    .replaceAll(NUMBER, () => String(between(random, 2, 96)))
    .replaceAll(TIME, () => `${between(random, 0, 23)}:${String(between(random, 0, 59)).padStart(2, '0')}`);
}

function hashtags(random: Random, tags: readonly string[]): string[] {
  const wanted = Math.floor(random() ** 2 * 3.2);
  return [...new Set(Array.from({ length: wanted }, () => `#${pick(random, tags)}`))];
}

/** `.example` belongs to nobody (RFC 2606). */
function link(random: Random): Link {
  return {
    url: `https://t.co/${code(random, 10)}`,
    expanded: `https://www.${pick(random, SITES)}.example/live/${between(random, 1000, 99_999)}`,
  };
}

function picture(random: Random, id: string): Media {
  const type = random() < 0.8 ? 'photo' : 'video';
  const file = `https://media.example/${type}/${code(random, 15)}.jpg`;
  return { key: `${type === 'photo' ? 3 : 7}_${id}`, type, file, url: `https://t.co/${code(random, 10)}` };
}
