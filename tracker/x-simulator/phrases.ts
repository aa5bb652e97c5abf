// The words of the sample crisis: what a language needs, and the languages there are.
// City, river, region, dam and people are invented; a place name here that exists is an accident.
import { arabic, hindi, ukrainian } from './phrases-ar-hi-uk.ts';
import { english, german } from './phrases-en-de.ts';
import { french, portuguese, spanish } from './phrases-es-fr-pt.ts';
import { japanese, thai } from './phrases-ja-th.ts';

/** What the crisis consists of; one sample event stands for each. */
export type Strand = 'flood' | 'dam' | 'power' | 'shelter';
export const STRANDS: readonly Strand[] = ['flood', 'dam', 'power', 'shelter'];

/**
 * Sentences may hold `{place}`, `{n}` (a number) and `{time}`. Each sentence of a strand has a keyword
 * of the strand's sample event as a word of its own; `noise`, `opens`, `tails` and `noiseTags` have none of any.
 */
export interface Phrases extends Readonly<Record<Strand, readonly string[]>> {
  readonly lang: string;
  /** how much of the talk is in this language */
  readonly share: number;
  /** what stands between two sentences */
  readonly gap: string;
  readonly noise: readonly string[];
  readonly opens: readonly string[];
  readonly tails: readonly string[];
  readonly places: readonly string[];
  /** without `#` */
  readonly tags: readonly string[];
  readonly noiseTags: readonly string[];
  readonly names: readonly string[];
}

export const LANGUAGES: readonly Phrases[] = [
  english,
  spanish,
  japanese,
  portuguese,
  arabic,
  german,
  french,
  ukrainian,
  thai,
  hindi,
];
