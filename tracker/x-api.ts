// X's rules over HTTP, by twitter-api-v2. The stream itself is read by x-connection.ts: the library's own loses posts (facts/x-api §3.3).
import http from 'node:http';
import https from 'node:https';
import {
  ApiResponseError,
  TwitterApi,
  type ITwitterApiClientPlugin,
  type TwitterApiv2,
} from 'twitter-api-v2';
import { z } from 'zod';
import { callLimit, type CallName } from './x-call-limit.ts';
import type { ActualRule, WantedRule } from './x-rules.ts';

const TIMEOUT_MS = 10_000;
const RULES = 'tweets/search/stream/rules';
const RULES_PER_CALL = 100;
/** of a whole call: the library's own limit ends only one that falls silent */
const CALL_MS = 30_000;
const MAX_PAGES = 100;
const REASON_LENGTH = 1_000;

const ruleList = z.object({
  data: z.array(z.object({ id: z.string(), value: z.string(), tag: z.string().nullish() })).default([]),
  meta: z.object({ next_token: z.string().optional() }).optional(),
});

const ruleAnswer = z.object({
  errors: z
    .array(
      z.object({
        value: z.string().optional(),
        title: z.string().default('refused'),
        detail: z.string().optional(),
        details: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

export interface RefusedRule {
  readonly value: string;
  readonly reason: string;
  /** it would be taken if there were fewer rules */
  readonly tooMany: boolean;
}

export interface XRules {
  list(): Promise<ActualRule[]>;
  /** The rules that X would not take; a duplicate counts as taken. Refusals come with 200 and 201, too. */
  add(rules: readonly WantedRule[]): Promise<RefusedRule[]>;
  /** Those of the values that X would not take as rules; changes nothing. */
  check(values: readonly string[]): Promise<RefusedRule[]>;
  remove(rules: readonly ActualRule[]): Promise<void>;
  /** Ends every stream of this app: X may keep that of a tracker that died for twenty minutes (facts/x-api §0.7). */
  closeStreams(): Promise<void>;
}

type NewRule = Pick<WantedRule, 'value'> & Partial<Pick<WantedRule, 'tag'>>;
type Add = (rules: readonly NewRule[]) => Promise<RefusedRule[]>;

/** Rules at `baseUrl`, such as `https://api.x.com`; rejects before a call that X's limits have no room for. `now`: ms since 1970. */
export function xRules(baseUrl: string, bearerToken: string, now: () => number = Date.now): XRules {
  const client = clientFor(baseUrl, bearerToken);
  const count = callLimit(now);
  const inTurn = async <T>(name: CallName, call: () => Promise<T>): Promise<T> => {
    count(name);
    return inTime(call());
  };
  const adding =
    (query: { dry_run?: boolean }): Add =>
    async (rules) => {
      const add = rules.map(({ value, tag }) => ({ value, tag }));
      const call = (): Promise<unknown> => client.post(RULES, { add }, { timeout: TIMEOUT_MS, query });
      return refusedIn(await inTurn('changeRules', call));
    };

  return {
    async list() {
      const rules: ActualRule[] = [];
      let token: string | undefined;
      for (let pages = 0; pages === 0 || token !== undefined; pages += 1) {
        if (pages === MAX_PAGES) throw new Error(`the list of rules has more than ${MAX_PAGES} pages`);
        const query = token === undefined ? {} : { pagination_token: token };
        const call = (): Promise<unknown> => client.get(RULES, query, { timeout: TIMEOUT_MS });
        const page = readAs(ruleList, await inTurn('readRules', call));
        rules.push(...page.data.map(({ id, value, tag }) => ({ id, value, tag: tag ?? '' })));
        token = page.meta?.next_token;
      }
      return rules;
    },
    add: (rules) => addInParts(adding({}), rules),
    check: (values) =>
      addInParts(
        adding({ dry_run: true }),
        values.map((value) => ({ value })),
      ),
    async remove(rules) {
      for (const part of chunked(rules)) {
        const body = { delete: { ids: part.map((rule) => rule.id) } };
        await inTurn('changeRules', () => client.post(RULES, body, { timeout: TIMEOUT_MS }));
      }
    },
    closeStreams: () =>
      inTurn('closeStreams', () => client.delete('connections/filtered_stream', {}, { timeout: TIMEOUT_MS })),
  };
}

/** The library knows only one address, so requests are rewritten on their way. */
function clientFor(baseUrl: string, bearerToken: string): TwitterApiv2 {
  const rewrite: ITwitterApiClientPlugin = {
    onBeforeRequestConfig(args) {
      args.params.url = args.params.url.replace(/^https:\/\/api\.x\.com/, baseUrl);
    },
  };
  const { Agent } = baseUrl.startsWith('http:') ? http : https;
  return new TwitterApi(bearerToken, {
    plugins: [rewrite],
    httpAgent: new Agent({ keepAlive: false }),
    compression: false,
  }).v2;
}

async function addInParts(add: Add, rules: readonly NewRule[]): Promise<RefusedRule[]> {
  const refused: RefusedRule[] = [];
  for (const part of chunked(rules)) {
    refused.push(...(refused.some(full) ? part.map(refusedAsTooMany) : await addWhatFits(add, part)));
  }
  return refused;
}

/** X takes all of a call or nothing when there are too many: halves find how many it takes. */
async function addWhatFits(add: Add, rules: readonly NewRule[]): Promise<RefusedRule[]> {
  try {
    return await add(rules);
  } catch (error) {
    if (!isTooMany(error)) throw error;
    if (rules.length === 1) return rules.map(refusedAsTooMany);
    const half = Math.ceil(rules.length / 2);
    const refused = await addWhatFits(add, rules.slice(0, half));
    const rest = rules.slice(half);
    const more = refused.some(full) ? rest.map(refusedAsTooMany) : await addWhatFits(add, rest);
    return [...refused, ...more];
  }
}

function refusedIn(answer: unknown): RefusedRule[] {
  const { errors } = readAs(ruleAnswer, answer);
  return errors.flatMap(({ value, title, detail, details }) => {
    if (title === 'DuplicateRule' || value === undefined) return [];
    const reason = [detail, ...details].filter((text) => text !== undefined).join('; ') || title;
    return [{ value, reason: reason.slice(0, REASON_LENGTH), tooMany: false }];
  });
}

function readAs<T extends z.ZodType>(schema: T, answer: unknown): z.infer<T> {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  throw new Error(`X's answer has an unknown form: ${z.prettifyError(read.error).slice(0, REASON_LENGTH)}`);
}

async function inTime<T>(call: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = setTimeout(() => reject(new Error(`no whole answer within ${CALL_MS / 1_000} s`)), CALL_MS);
  return Promise.race([call, promise]).finally(() => clearTimeout(late));
}

const full = ({ tooMany }: RefusedRule): boolean => tooMany;

function refusedAsTooMany({ value }: NewRule): RefusedRule {
  return { value, reason: 'X takes no more rules: it has as many as this account may have.', tooMany: true };
}

/** The status of this answer has not been seen, its title has (facts/x-api §1.3). */
function isTooMany(error: unknown): boolean {
  if (!(error instanceof ApiResponseError)) return false;
  const { title, type } = error.data;
  return title === 'RulesCapExceeded' || (type ?? '').endsWith('/rule-cap');
}

function* chunked<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += RULES_PER_CALL) {
    yield items.slice(start, start + RULES_PER_CALL);
  }
}
