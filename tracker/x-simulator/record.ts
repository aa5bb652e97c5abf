// What would have been delivered, kept in memory up to a number of posts: which post, when, for which rules, and how
// often it was really written to a stream.

export interface Expected {
  /** 1, 2, 3 … of this simulator */
  readonly seq: number;
  readonly id: string;
  /** when it was due, ms since 1970 in X's clock */
  readonly at: number;
  /** tags of the rules in force that match; a rule without a tag is '' */
  readonly tags: readonly string[];
  /** search will never find it */
  readonly retweet: boolean;
  /** times that it was written to a stream, a duplicate counted again; whether the bytes arrived is not known */
  sent: number;
}

export interface Record {
  add(expected: Omit<Expected, 'seq' | 'sent'>): Expected;
  /** what was remembered after that one, oldest first */
  after(seq: number): readonly Expected[];
}

export function openRecord(most: number): Record {
  let kept: Expected[] = [];
  let last = 0;
  return {
    add(expected) {
      last += 1;
      const one = { seq: last, ...expected, sent: 0 };
      kept.push(one);
      if (kept.length > most * 1.2 + 16) kept = kept.slice(-most);
      return one;
    },
    after: (seq) => kept.slice(Math.max(0, kept.length - most)).filter((one) => one.seq > seq),
  };
}
