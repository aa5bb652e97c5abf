// What reading costs (facts/x-api §0.9): posts read, once per post and UTC day, against credits and the monthly cap.
import type { Archived } from './archive.ts';
import type { Answer } from './answer.ts';

export interface Usage {
  /** posts that may be read until credits are out */
  credits: number;
  readonly monthlyCap: number;
  /** posts read by UTC day, such as `2026-08-22` */
  readonly byDay: Map<string, number>;
}

const DEFAULT_DAYS = 7;
const MOST_DAYS = 90;
/** The day of the month on which the simulated month begins. */
const RESET_DAY = 1;

export const openUsage = (credits: number, monthlyCap: number): Usage => ({
  credits,
  monthlyCap,
  byDay: new Map(),
});

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The same post is paid for once a UTC day ("Pricing" in X's documentation: a soft guarantee). */
export function pay(usage: Usage, post: Archived, now: number): void {
  const today = dayOf(now);
  if (post.paidOn === today) return;
  post.paidOn = today;
  usage.credits -= 1;
  usage.byDay.set(today, (usage.byDay.get(today) ?? 0) + 1);
}

export function readThisMonth(usage: Usage, now: number): number {
  const month = dayOf(now).slice(0, 7);
  return [...usage.byDay].reduce((sum, [day, count]) => (day.startsWith(month) ? sum + count : sum), 0);
}

/** Why nothing may be read any more; undefined while it may. */
export function refusalOf(usage: Usage, now: number): Answer | undefined {
  // The title was seen at other endpoints that take credits; the text is ours.
  if (usage.credits <= 0) {
    const body = {
      title: 'CreditsDepleted',
      detail: 'Your enrolled account [1] does not have any credits to fulfill this request.',
      type: 'https://api.twitter.com/2/problems/credits',
    };
    return { status: 402, body };
  }
  if (readThisMonth(usage, now) < usage.monthlyCap) return undefined;
  const body = {
    title: 'UsageCapExceeded',
    detail: 'Usage cap exceeded: Monthly product cap',
    type: 'https://api.twitter.com/2/problems/usage-capped',
    period: 'Monthly',
    scope: 'Product',
  };
  return { status: 429, body };
}

/** "Usage" in X's documentation; numbers come as strings there. */
export function getUsage(usage: Usage, query: URLSearchParams, now: number): Answer {
  const days = Math.min(Math.max(Number(query.get('days') ?? DEFAULT_DAYS) || DEFAULT_DAYS, 1), MOST_DAYS);
  const list = Array.from({ length: days }, (_, index) => dayOf(now - index * 86_400_000)).map((day) => ({
    date: `${day}T00:00:00.000Z`,
    usage: String(usage.byDay.get(day) ?? 0),
  }));
  const data = {
    cap_reset_day: RESET_DAY,
    project_cap: String(usage.monthlyCap),
    project_id: '1',
    project_usage: String(readThisMonth(usage, now)),
    daily_project_usage: { project_id: '1', usage: list },
    daily_client_app_usage: [{ client_app_id: '1', usage: list, usage_result_count: list.length }],
  };
  return { status: 200, body: { data } };
}
