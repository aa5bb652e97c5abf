// X's rules over HTTP, by twitter-api-v2. The stream itself is read by x-connection.ts: the library's own loses posts (facts/x-api §3.3).
import http from 'node:http';
import https from 'node:https';
import { TwitterApi, type ITwitterApiClientPlugin } from 'twitter-api-v2';
import { z } from 'zod';
import type { ActualRule, WantedRule } from './x-rules.ts';

const TIMEOUT_MS = 10_000;
const RULES = 'tweets/search/stream/rules';
const RULES_PER_CALL = 100;

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
}

export interface XRules {
  list(): Promise<ActualRule[]>;
  /** The rules that X would not take; a duplicate counts as taken. Refusals come with 200 and 201, too. */
  add(rules: readonly WantedRule[]): Promise<RefusedRule[]>;
  remove(rules: readonly ActualRule[]): Promise<void>;
}

/** `baseUrl` such as `https://api.x.com`; the library knows only that one, so requests are rewritten on their way. */
export function xRules(baseUrl: string, bearerToken: string): XRules {
  const rewrite: ITwitterApiClientPlugin = {
    onBeforeRequestConfig(args) {
      args.params.url = args.params.url.replace(/^https:\/\/api\.x\.com/, baseUrl);
    },
  };
  const { Agent } = baseUrl.startsWith('http:') ? http : https;
  const client = new TwitterApi(bearerToken, {
    plugins: [rewrite],
    httpAgent: new Agent({ keepAlive: false }),
    compression: false,
  }).v2;

  return {
    async list() {
      const rules: ActualRule[] = [];
      for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
        const query = token === undefined ? {} : { pagination_token: token };
        const page = ruleList.parse(await client.get(RULES, query, { timeout: TIMEOUT_MS }));
        rules.push(...page.data.map(({ id, value, tag }) => ({ id, value, tag: tag ?? '' })));
        token = page.meta?.next_token;
      }
      return rules;
    },
    async add(rules) {
      const refused: RefusedRule[] = [];
      for (const part of chunked(rules)) {
        const body = { add: part.map(({ value, tag }) => ({ value, tag })) };
        const { errors } = ruleAnswer.parse(await client.post(RULES, body, { timeout: TIMEOUT_MS }));
        for (const error of errors) {
          if (error.title === 'DuplicateRule' || error.value === undefined) continue;
          const reason = [error.detail, ...error.details].filter((text) => text !== undefined).join('; ');
          refused.push({ value: error.value, reason: reason || error.title });
        }
      }
      return refused;
    },
    async remove(rules) {
      for (const part of chunked(rules)) {
        await client.post(RULES, { delete: { ids: part.map((rule) => rule.id) } }, { timeout: TIMEOUT_MS });
      }
    },
  };
}

function* chunked<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += RULES_PER_CALL) {
    yield items.slice(start, start + RULES_PER_CALL);
  }
}
