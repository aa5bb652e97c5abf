// What an event is: the one schema that the API, the database and the log share.
import { z } from 'zod';
import { keywordProblem } from './keyword.ts';

export const LIMITS = {
  name: 120,
  description: 2_000,
  keywords: 500,
  keyword: 120,
  code: 40,
  catchUpHours: 168,
} as const;

export const eventStatus = z.enum(['active', 'paused', 'archived', 'purged']);
export type EventStatus = z.infer<typeof eventStatus>;

// Control characters have no place in a name; a description may have line breaks and tabs.
const inLine = /^[^\p{Cc}\p{Cs}]*$/u;
const inText = /^(?:[\n\r\t]|[^\p{Cc}\p{Cs}])*$/u;

export const eventName = z
  .string()
  .trim()
  .min(1, 'An event needs a name.')
  .max(LIMITS.name, `A name has at most ${LIMITS.name} characters.`)
  .regex(inLine, 'A name has no control characters.');

export const eventDescription = z
  .string()
  .trim()
  .max(LIMITS.description, `A description has at most ${LIMITS.description} characters.`)
  .regex(inText, 'A description has no control characters but line breaks and tabs.');

export const eventKeyword = z
  .string()
  .trim()
  .max(LIMITS.keyword, `A keyword has at most ${LIMITS.keyword} characters.`)
  .regex(inLine, 'A keyword has no control characters.')
  .superRefine((text, context) => {
    const problem = keywordProblem(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

/** Repeated keywords are kept once, in the order they were given. */
export const eventKeywords = z
  .array(eventKeyword)
  .min(1, 'An event needs at least one keyword.')
  .max(LIMITS.keywords, `An event has at most ${LIMITS.keywords} keywords.`)
  .transform((keywords) => [...new Set(keywords)]);

export const eventCode = z
  .string()
  .max(LIMITS.code)
  .regex(/^[a-z][a-z0-9-]*$/, "An event's code has a-z, 0-9 and -, and begins with a letter.");

/** Times are RFC 3339, UTC. `version` grows by one with every change, from 1. */
export const crisisEvent = z.strictObject({
  code: eventCode,
  name: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  status: eventStatus,
  version: z.int32().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  collectSince: z.iso
    .datetime()
    .nullable()
    .default(null)
    .describe('Posts since then are wanted; null: since it was made.'),
});
export type CrisisEvent = z.infer<typeof crisisEvent>;

/**
 * The code that a name gives: NFKD, marks dropped, lower case, every other run of characters one `-`.
 * Empty when the name has nothing that a code can hold; the caller then numbers it (`event-<n>`).
 */
export function codeOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (slug === '') return '';
  const code = /^[a-z]/.test(slug) ? slug : `event-${slug}`;
  return code.slice(0, LIMITS.code).replace(/-+$/, '');
}
