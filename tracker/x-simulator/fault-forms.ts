// What can be made to go wrong, as JSON: `{"do": "cut", "how": "reset"}`, with `"at": 5000` five seconds later.
import { z } from 'zod';
import { CUTTINGS } from './chunks.ts';

const ms = z.number().min(0).max(2_000_000_000);
const share = z.number().min(0).max(1);
const times = z.number().int().min(1).max(1_000_000).default(1);
const call = z.string().default('GET /2/tweets/search/stream');

const fault = z.discriminatedUnion('do', [
  // the open stream
  z.strictObject({ do: z.literal('cut'), how: z.enum(['clean', 'destroy', 'reset']).default('clean') }),
  z.strictObject({ do: z.literal('freeze'), ms: ms.optional() }),
  z.strictObject({ do: z.literal('thaw') }),
  z.strictObject({ do: z.literal('half-line') }),
  z.strictObject({ do: z.literal('disconnect-message'), close: z.boolean().default(false) }),
  // the next answers to a call, such as `POST /2/tweets/search/stream/rules`
  z.strictObject({
    do: z.literal('answer'),
    status: z.number().int().min(400).max(599),
    times,
    call,
    issue: z.enum(['TooManyConnections', 'ProvisioningSubscription', 'RulesInvalidIssue']).optional(),
    /** a 429 of a rate limit that ends so many ms from now */
    resetMs: ms.optional(),
  }),
  z.strictObject({ do: z.literal('silent-accept'), times, call }),
  z.strictObject({ do: z.literal('hang-up'), times, call }),
  // until something else is asked for
  z.strictObject({
    do: z.literal('chunks'),
    as: z.enum(CUTTINGS),
    bytes: z.number().int().min(1).max(65_536).default(16),
    everyMs: ms.min(1).default(50),
  }),
  z.strictObject({ do: z.literal('gzip'), on: z.boolean().default(true) }),
  z.strictObject({ do: z.literal('duplicates'), share }),
  z.strictObject({ do: z.literal('disorder'), share, ms: ms.default(2_000) }),
  z.strictObject({ do: z.literal('rate'), perSecond: z.number().gt(0).max(20_000), ms: ms.optional() }),
  z.strictObject({ do: z.literal('linger'), ms }),
  z.strictObject({ do: z.literal('second-connect'), as: z.enum(['refuse', 'replace']) }),
  z.strictObject({ do: z.literal('date-header'), offsetMs: z.number().min(-1e10).max(1e10) }),
  z.strictObject({ do: z.literal('credits'), left: z.number().int().min(0) }),
  // rules
  z.strictObject({
    do: z.literal('refuse-rules'),
    containing: z.string().default(''),
    reason: z.string().default('The rule is not allowed by the simulator.'),
    times,
  }),
  z.strictObject({ do: z.literal('forget-rules') }),
  z.strictObject({ do: z.literal('heal') }),
]);

export type Fault = z.output<typeof fault>;
/** As somebody writes it: what has a default may be left out. */
export type FaultCommand = z.input<typeof fault>;
export interface TimedFault {
  /** ms from when it was given */
  readonly at: number;
  readonly fault: Fault;
}

const timed = z.looseObject({ at: ms.default(0) });

/** One fault or a list of them. Throws an Error that names what is wrong. */
export function faultsOf(value: unknown): TimedFault[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one, index) => {
    const timing = timed.safeParse(one);
    if (!timing.success) throw new Error(`fault ${index + 1}: ${z.prettifyError(timing.error)}`);
    const { at, ...rest } = timing.data;
    const parsed = fault.safeParse(rest);
    if (!parsed.success) throw new Error(`fault ${index + 1}: ${z.prettifyError(parsed.error)}`);
    return { at, fault: parsed.data };
  });
}

/** A script file: a JSON array, or JSON lines. Throws an Error that names what is wrong. */
export function faultScript(text: string): TimedFault[] {
  const source = text.trim();
  if (source.startsWith('[')) return faultsOf(JSON.parse(source));
  const lines = source.split('\n').filter((line) => line.trim() !== '');
  return faultsOf(lines.map((line): unknown => JSON.parse(line)));
}
