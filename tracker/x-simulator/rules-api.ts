// The rules calls of the v2 filtered stream over a rule book: request in, status and body out (facts/x-api §1.3).
import { z } from 'zod';
import { invalidBody, invalidRequest, PROBLEMS, type Answer } from './answer.ts';
import { jsonOf } from './body.ts';
import { addRules, deleteRules, listed, MAX_RULES, RulesCapExceeded } from './rule-book.ts';
import type { Added, Change, RuleBook, StoredRule, Wanted } from './rule-book.ts';

const strings = z.array(z.string()).min(1);
const ruleRequest = z.union([
  z.strictObject({ add: z.array(z.strictObject({ value: z.string(), tag: z.string().optional() })).min(1) }),
  z.strictObject({
    delete: z.union([z.strictObject({ ids: strings }), z.strictObject({ values: strings })]),
  }),
]);
const pageRequest = z.object({
  ids: z.string().optional(),
  max_results: z.coerce.number().int().min(1).max(MAX_RULES).default(MAX_RULES),
  pagination_token: z.coerce.number().int().min(0).default(0),
});

const sent = (now: number): { sent: string } => ({ sent: new Date(now).toISOString() });
const shown = ({ id, value, tag }: StoredRule): Wanted & { id: string } =>
  tag === undefined ? { id, value } : { id, value, tag };

/** `data` is absent, not empty, where there is no rule. */
export function getRules(book: RuleBook, query: URLSearchParams, now: number): Answer {
  const request = pageRequest.safeParse(Object.fromEntries(query));
  if (!request.success) return invalidRequest(z.prettifyError(request.error));
  const { ids, max_results: size, pagination_token: start } = request.data;
  const wanted = ids?.split(',');
  const rules = listed(book).filter((rule) => wanted === undefined || wanted.includes(rule.id));
  const page = rules.slice(start, start + size);
  const more = start + size < rules.length ? { next_token: String(start + size) } : {};
  const meta = { ...sent(now), result_count: page.length, ...more };
  return { status: 200, body: page.length === 0 ? { meta } : { data: page.map(shown), meta } };
}

export interface RulesPost {
  readonly book: RuleBook;
  readonly query: URLSearchParams;
  readonly now: number;
  /** why a rule is refused although nothing is wrong with it; undefined: it is not */
  readonly refused: (value: string) => string | undefined;
}

/** `body` is the request's text. */
export function postRules({ book, query, now, refused }: RulesPost, body: string): Answer {
  const change = { now, dryRun: query.get('dry_run') === 'true', refused };
  if (query.get('delete_all') === 'true') {
    return remove(book, 'id', listed(book).map((rule) => rule.id), change); // prettier-ignore
  }
  const request = ruleRequest.safeParse(jsonOf(body));
  if (!request.success)
    return invalidRequest('The body must be {"add": […]} or {"delete": {"ids" or "values": […]}}.');
  if ('add' in request.data) return add(book, request.data.add, change);
  const selection = request.data.delete;
  if ('ids' in selection) return remove(book, 'id', selection.ids, change);
  return remove(book, 'value', selection.values, change);
}

function add(book: RuleBook, wanted: readonly Wanted[], change: Change): Answer {
  try {
    return addedAnswer(addRules(book, wanted, change), change.now);
  } catch (error) {
    if (!(error instanceof RulesCapExceeded)) throw error;
    // X's status for this has not been seen; that it is no 2xx has.
    const body = { title: 'RulesCapExceeded', detail: error.message, type: `${PROBLEMS}/rule-cap` };
    return { status: 422, body };
  }
}

/** 201, also for duplicates alone; 200 where nothing but invalid rules came. */
function addedAnswer({ created, duplicates, invalid }: Added, now: number): Answer {
  const bad = duplicates.length + invalid.length;
  const summary = { created: created.length, not_created: bad, valid: created.length, invalid: bad };
  const errors = [
    ...duplicates.map((one) => ({ ...one, title: 'DuplicateRule', type: `${PROBLEMS}/duplicate-rules` })),
    ...invalid.map(({ value, reason }) => ({
      value,
      details: [reason],
      title: 'UnprocessableEntity',
      type: `${PROBLEMS}/invalid-rules`,
    })),
  ];
  const body = {
    ...(created.length > 0 && { data: created.map(shown) }),
    meta: { ...sent(now), summary },
    ...(errors.length > 0 && { errors }),
  };
  return { status: invalid.length > 0 && invalid.length === bad && created.length === 0 ? 200 : 201, body };
}

function remove(book: RuleBook, key: 'id' | 'value', wanted: readonly string[], change: Change): Answer {
  const different = new Set(wanted);
  const deleted = deleteRules(book, key, different, change);
  const missing = different.size - deleted;
  const meta = { ...sent(change.now), summary: { deleted, not_deleted: missing } };
  if (missing === 0) return { status: 200, body: { meta } };
  const error = invalidBody([{ parameters: {}, message: 'Rule does not exist' }]);
  return { status: 200, body: { meta, errors: Array.from({ length: missing }, () => error) } };
}

export function getRuleCounts(book: RuleBook, now: number): Answer {
  const count = listed(book).length;
  const app = { client_app_id: '1', rule_count: count };
  const data = {
    all_project_client_apps: [app],
    cap_per_client_app: MAX_RULES,
    cap_per_project: MAX_RULES,
    client_app_rules_count: app,
    project_rules_count: count,
  };
  return { status: 200, body: { data, meta: sent(now) } };
}
