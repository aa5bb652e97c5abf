// What a person may send, checked: every problem is named with its field and said in words.
import { z } from 'zod';
import { eventDescription, eventKeywords, eventName, eventStatus, LIMITS } from '../../sql/crisis-event.ts';
import { Problem } from './problem.ts';
import type { FieldProblem } from './problem.ts';

const HOURS = `This is a whole number of hours from 0 to ${LIMITS.catchUpHours}.`;

export const newEvent = z.strictObject({
  name: eventName,
  keywords: eventKeywords,
  description: eventDescription.default(''),
  catchUpHours: z
    .int(HOURS)
    .min(0, HOURS)
    .max(LIMITS.catchUpHours, HOURS)
    .default(0)
    .describe('Posts of so many hours before now are wanted, too, as far as a search finds them.'),
});

/** What is left out stays as it is. */
export const eventPatch = z
  .strictObject({
    name: eventName,
    keywords: eventKeywords,
    description: eventDescription,
    status: eventStatus,
  })
  .partial();
export type EventPatch = z.infer<typeof eventPatch>;

// Ten thousand bad keywords are said once, not ten thousand times.
const MOST_PROBLEMS = 20;

/** `input` as `schema` reads it. Throws a {@link Problem} of `status` that names each field, such as `keywords.3`. */
export function checked<T>(schema: z.ZodType<T>, input: unknown, status = 422): T {
  const result = schema.safeParse(input, { error: inWords });
  if (result.success) return result.data;
  const fields = result.error.issues.flatMap(problemsOf);
  const left = fields.length - MOST_PROBLEMS;
  const shown = fields.slice(0, MOST_PROBLEMS);
  if (left > 0) shown.push({ field: 'body', message: `There are ${left} more problems like these.` });
  throw new Problem(status, 'This request has a mistake in it.', shown);
}

function inWords(issue: { readonly code?: string; readonly input?: unknown }): string | undefined {
  return issue.code === 'invalid_type' && issue.input === undefined ? 'This is missing.' : undefined;
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: nameOf([...issue.path, key]),
      message: 'There is no such field here.',
    }));
  }
  return [{ field: nameOf(issue.path), message: issue.message }];
}

// A name that a stranger chose is cut, so that the answer stays short.
function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : path.map(String).join('.').slice(0, 100);
}
