// How much of an export one answer carries.

/** A part is made of whole buckets; it ends before the bucket that would take it over one of these, but has one at least. */
export interface PartSize {
  readonly messages: number;
  readonly bytes: number;
}

/** Well under the 240 s that a Knative revision gives an answer (design §4). */
export const PART: PartSize = { messages: 500_000, bytes: 1_000_000_000 };
