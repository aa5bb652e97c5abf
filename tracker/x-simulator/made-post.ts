// A post of the sample crisis before it takes a form that X has for it.
import type { Person, Place } from './people.ts';
import type { Strand } from './language.ts';

export interface Link {
  /** the short one that stands in the text */
  readonly url: string;
  readonly expanded: string;
}

export interface Media {
  readonly key: string;
  readonly type: 'photo' | 'video';
  readonly file: string;
  readonly url: string;
}

export interface MadePost {
  readonly id: string;
  /** ms since 1970 */
  readonly at: number;
  readonly lang: string;
  readonly author: Person;
  /** the whole text; a retweet has the original's */
  readonly text: string;
  readonly kind: 'original' | 'retweet' | 'quote' | 'reply';
  /** what is retweeted, quoted or answered */
  readonly of: MadePost | undefined;
  /** ids of the edits so far, the last one its own */
  readonly versions: readonly string[];
  readonly mentions: readonly Person[];
  readonly links: readonly Link[];
  readonly media: readonly Media[];
  readonly place: Place | undefined;
  /** what it is about; nothing: background noise that matches no sample event */
  readonly strands: readonly Strand[];
}
