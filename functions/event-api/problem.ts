// Errors for a person: RFC 9457 problem documents that name the field and say what would be right.
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';

/** What is wrong with one field of a request; `field` is a path such as `keywords.3`, `header If-Match` or `body`. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly fields: readonly FieldProblem[];

  constructor(status: number, title: string, fields: readonly FieldProblem[] = []) {
    super(title);
    this.status = status;
    this.title = title;
    this.fields = fields;
  }
}

export const PROBLEM_JSON = 'application/problem+json';

/** RFC 9457; with `about:blank` the title is HTTP's own name for the status. */
export const problemDocument = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })),
});

export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const document: z.infer<typeof problemDocument> = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.title,
    errors: [...problem.fields],
  };
  return new Response(JSON.stringify(document), {
    status: problem.status,
    headers: { ...headers, 'content-type': PROBLEM_JSON },
  });
}
