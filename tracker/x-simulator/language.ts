// What the sample crisis is made of, and what a language has to say about it.

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
