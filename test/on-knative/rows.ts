// What the simulator has sent against what is stored: every post once, as a plain reading of the record says.
import { compare, type Found, NOTHING, type Outage, recordingReader, sentOf } from '../fire/checking.ts';
import type { Wanted } from '../fire/system.ts';
import { keptIn } from '../journey/kept.ts';
import { ruleValues } from '../../tracker/x-rules.ts';
import type { Installation } from './place.ts';

export interface Checked {
  /** in words; none when all is as it should be */
  readonly problems: readonly string[];
  /** rows since the last look */
  readonly rows: number;
  /** posts that nobody listened to since the last look */
  readonly unheard: number;
}

/** Each call looks at what was sent since the one before. */
export function checker(
  { record, store, x }: Pick<Installation, 'record' | 'store' | 'x'>,
  event: Wanted,
): (outages: readonly Outage[]) => Promise<Checked> {
  const read = recordingReader(record);
  let before: Found = NOTHING;
  return async (outages) => {
    const rules = (await x('GET', '/2/tweets/search/stream/rules')) as {
      data: { value: string; tag: string }[];
    };
    const [value] = ruleValues(event.keywords);
    const { tag } = rules.data.find((rule) => rule.value === value)!;
    const kept = await keptIn(store, event.code);
    const { problems, found } = compare({ event, tag, sent: sentOf(read()), outages, before }, kept);
    const rows = found.ids.size - before.ids.size;
    const unheard = found.unheard - before.unheard;
    before = found;
    return { problems, rows, unheard };
  };
}
