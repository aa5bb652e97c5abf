// Errors for a person: RFC 9457 problem documents that name the field and say what would be right.

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
