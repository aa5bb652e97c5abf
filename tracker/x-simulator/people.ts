// The people and places of the sample crisis: all made up, none with a handle or position that exists.
import type { Phrases } from './language.ts';
import { between, pick, type Random } from './random.ts';

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly location: string | undefined;
  readonly description: string;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly followers: number;
  readonly following: number;
  readonly posts: number;
  readonly verified: boolean;
}

export interface Place {
  readonly id: string;
  readonly name: string;
  /** west, south, east, north */
  readonly box: readonly [number, number, number, number];
}

const FIRST_ACCOUNTS = Date.UTC(2008, 0);
const LAST_ACCOUNTS = Date.UTC(2025, 11);
const HANDLES = [
  'reader', 'walker', 'gardener', 'cyclist', 'baker', 'nurse', 'student', 'fiddler', 'potter', 'angler', 'painter',
  'beekeeper', 'carpenter', 'birdwatcher', 'teacher', 'tinker',
]; // prettier-ignore
const TRADES = [
  'Nurse',
  'Retired engineer',
  'Student',
  'Ferry pilot',
  'Parent of two',
  'Local paper',
  'Baker',
  'Just watching',
];

/** `count` people who write one language. Handles are longer than X's 15 characters, so nobody can have one. */
export function crowd(random: Random, language: Phrases, count: number): Person[] {
  return Array.from({ length: count }, () => person(random, language));
}

function person(random: Random, language: Phrases): Person {
  const createdAt = FIRST_ACCOUNTS + Math.floor(random() * (LAST_ACCOUNTS - FIRST_ACCOUNTS));
  const followers = Math.floor(4 * Math.exp(random() * 11));
  return {
    id: accountId(random, createdAt),
    username: `${pick(random, HANDLES)}_in_tarsovia_${between(random, 100, 99_999)}`,
    name: `${pick(random, language.names)}${pick(random, ['', '', ' K.', ' V.', ' 🌊', ' ☕', ' 🚲', ' T.'])}`,
    location: random() < 0.7 ? `${pick(random, language.places)}, Tarsovia` : undefined,
    description: `${pick(random, TRADES)}. ${pick(random, language.noise).replaceAll(/\{\w+\}/g, '7')}`,
    createdAt,
    followers,
    following: between(random, 5, 1500),
    posts: between(random, 3, 60_000),
    verified: random() < 0.06,
  };
}

/** Accounts of 2016 and later have ids beyond 2^53, as X's have. */
function accountId(random: Random, createdAt: number): string {
  if (createdAt < Date.UTC(2016, 0)) return String(between(random, 10_000_000, 4_000_000_000));
  return String(
    (BigInt(createdAt) - 1_288_834_974_657n) * 4_194_304n + BigInt(between(random, 0, 4_194_303)),
  );
}

/** In open sea: an invented town should not lie on top of a real one. */
export const PLACES: readonly Place[] = [
  { id: '7a1e0c5b2d94f001', name: 'Karvelle', box: [-28.42, -34.91, -28.17, -34.73] },
  { id: '7a1e0c5b2d94f002', name: 'Halvest', box: [-28.61, -34.88, -28.53, -34.8] },
  { id: '7a1e0c5b2d94f003', name: 'Dorrin', box: [-28.12, -34.7, -28.02, -34.62] },
  { id: '7a1e0c5b2d94f004', name: 'Saltgate', box: [-28.31, -34.99, -28.24, -34.93] },
];
