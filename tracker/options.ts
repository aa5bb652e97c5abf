// What a tracker is asked to do: its command line and its environment, read in one place without side effects.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kafkaSettings, type KafkaSettings } from '../eventing/kafka-settings.ts';
import { LEVELS, type Level } from '../eventing/report.ts';

export type SourceChoice =
  | { readonly kind: 'replay'; readonly path: string; readonly rate: number | undefined }
  | { readonly kind: 'x'; readonly url: string; readonly token: string; readonly searchPostsPerDay: number }
  | { readonly kind: 'simulator'; readonly searchPostsPerDay: number }
  | { readonly kind: 'none' };

export interface WantedEvent {
  readonly name: string;
  readonly keywords: readonly string[];
}

export interface TrackerConfig {
  readonly source: SourceChoice;
  readonly once: boolean;
  readonly events: readonly WantedEvent[];
  /** undefined: that of the last tracker, or a new one */
  readonly install: string | undefined;
  readonly dataDir: string;
  /** undefined: the embedded log, which needs no spool */
  readonly kafka: KafkaSettings | undefined;
  readonly spool: SpoolPlace;
  /** undefined: no limit */
  readonly postsPerDay: number | undefined;
  readonly logLevel: Level;
}

export interface SpoolPlace {
  readonly dir: string;
  readonly maxBytes: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** What was asked for makes no sense; the message says what would. Exit status 2. */
export class WrongUsage extends Error {
  override name = 'WrongUsage';
}

const SOURCES = ['x', 'replay', 'simulator', 'none'];
const GIGABYTE = 2 ** 30;
const INSTALL = /^[a-z0-9][a-z0-9-]{0,39}$/;

export const USAGE = `Usage: npm start -- [options]
  --replay FILE     read recorded posts instead of X: JSON lines or result pages, also gzip; - is stdin
  --rate N|max      posts per second of a replay (default max)
  --once            with --replay: end when everything is stored, with a summary on stdout
  --event "NAME=keyword, keyword"   make this event if it is not there yet; may be repeated
  --help            this text
Everything else is set in the environment: see .env.example.`;

/** Throws {@link WrongUsage}. */
export function trackerConfig(argv: readonly string[], env: Env): TrackerConfig {
  const { replay, rate, once, event } = argumentsOf(argv);
  if (once && replay === undefined)
    throw new WrongUsage('--once needs --replay FILE: a live source has no end.');
  if (rate !== undefined && replay === undefined) throw new WrongUsage('--rate needs --replay FILE.');
  return {
    source: replay === undefined ? sourceOf(env) : { kind: 'replay', path: replay, rate: rateOf(rate) },
    once,
    events: event.map(wantedEvent),
    install: installOf(env['INSTALL'] || undefined),
    dataDir: env['DATA_DIR'] || 'data',
    kafka: told(() => kafkaSettings(env)),
    spool: spoolOf(env),
    postsPerDay: postsOf(env['X_POSTS_PER_DAY'] || undefined),
    logLevel: logLevelOf(env['LOG_LEVEL'] || 'info'),
  };
}

function installOf(text: string | undefined): string | undefined {
  if (text === undefined || INSTALL.test(text)) return text;
  throw new WrongUsage(
    `INSTALL must be 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit; it is "${text}".`,
  );
}

/** What `read` finds wrong is wrong usage. */
function told<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function spoolOf(env: Env): SpoolPlace {
  const bytes = env['SPOOL_MAX_BYTES'] || String(GIGABYTE);
  if (!/^[1-9]\d{0,14}$/.test(bytes))
    throw new WrongUsage(`SPOOL_MAX_BYTES must be a whole number of bytes; it is "${bytes}".`);
  return { dir: env['SPOOL_DIR'] || join(env['DATA_DIR'] || 'data', 'spool'), maxBytes: Number(bytes) };
}

function postsOf(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,11}$/.test(text)) return text === undefined ? text : Number(text);
  throw new WrongUsage(`X_POSTS_PER_DAY must be a whole number of posts above 0; it is "${text}".`);
}

/** How many posts searches may bring in a day: 10,000 cost 50 dollars at X (facts/x-api §0.9). */
function searchOf(env: Env): { searchPostsPerDay: number } {
  const text = env['X_SEARCH_POSTS_PER_DAY'] || '10000';
  const posts = /^\d{1,12}$/.test(text) ? Number(text) : -1;
  if (posts === 0 || posts >= 10) return { searchPostsPerDay: posts };
  throw new WrongUsage(
    `X_SEARCH_POSTS_PER_DAY must be a number of posts from 10 on, or 0 for no search; it is "${text}".`,
  );
}

function logLevelOf(text: string): Level {
  const level = LEVELS.find((name) => name === text);
  if (level !== undefined) return level;
  throw new WrongUsage(`LOG_LEVEL must be one of ${LEVELS.join(', ')}; it is "${text}".`);
}

function argumentsOf(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        replay: { type: 'string' },
        rate: { type: 'string' },
        once: { type: 'boolean', default: false },
        event: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function rateOf(rate: string | undefined): number | undefined {
  if (rate === undefined || rate === 'max') return undefined;
  const number = Number(rate);
  if (Number.isFinite(number) && number > 0) return number;
  throw new WrongUsage(`--rate takes a number of posts per second above 0, or max; it is "${rate}".`);
}

/** `NAME=keyword, keyword`; a comma in double quotes belongs to its phrase. */
function wantedEvent(text: string): WantedEvent {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  const keywords = (text.slice(at + 1).match(/(?:"[^"]*"?|[^,"])+/g) ?? [])
    .map((keyword) => keyword.trim())
    .filter((keyword) => keyword !== '');
  if (name !== '' && keywords.length > 0) return { name, keywords };
  throw new WrongUsage(`--event takes "NAME=keyword, keyword"; it is "${text}".`);
}

function sourceOf(env: Env): SourceChoice {
  const wanted = env['SOURCE'] || undefined;
  const token = env['X_BEARER_TOKEN'] || undefined;
  switch (wanted ?? (token === undefined ? 'sample' : 'x')) {
    case 'x':
      return { kind: 'x', url: urlOf(env), token: tokenOf(token), ...searchOf(env) };
    case 'replay':
      throw new WrongUsage('SOURCE=replay needs --replay FILE.');
    case 'none':
      return { kind: 'none' };
    case 'sample':
      refuseSampleOnEngines(env);
      return { kind: 'simulator', ...searchOf(env) };
    case 'simulator':
      return { kind: 'simulator', ...searchOf(env) };
    default:
      throw new WrongUsage(`SOURCE must be one of ${SOURCES.join(', ')}; it is "${wanted}".`);
  }
}

/** Made-up posts must not come into a team's databases because somebody forgot to say where from. */
function refuseSampleOnEngines(env: Env): void {
  const engines = ['KAFKA_BROKERS', 'CASSANDRA_CONTACT_POINTS'].filter((name) => env[name]);
  if (engines.length === 0) return;
  throw new WrongUsage(
    `With ${engines.join(' and ')} set, the made-up sample must be asked for: set SOURCE=simulator, or X_BEARER_TOKEN for X.`,
  );
}

function tokenOf(token: string | undefined): string {
  if (token === undefined)
    throw new WrongUsage('SOURCE=x needs X_BEARER_TOKEN, the app-only bearer token of your X app.');
  // Whatever cannot stand in a header is no token; its text is a secret and is not shown.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new WrongUsage('X_BEARER_TOKEN has characters that no bearer token has.');
}

function urlOf(env: Env): string {
  const text = env['X_API_URL'] || 'https://api.x.com';
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new WrongUsage(`X_API_URL must be an http or https address; it is "${text}".`);
}
