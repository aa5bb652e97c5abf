// The sample crisis as lines of text, with made times and without waiting: for replay files and for the server.
import { startCrisis, type Made } from './crisis.ts';
import type { MadePost } from './made-post.ts';
import { messageV1 } from './message-v1.ts';
import { messageV2 } from './message-v2.ts';

export type Form = 'v1' | 'v2';

/** A line as a stream would have written it, without its line end; `post` of a malformed line never was one. */
export interface CrisisLine {
  readonly kind: Made['kind'];
  readonly line: string;
  readonly post: MadePost;
}

export interface LinesOptions {
  readonly start: Date;
  readonly count: number;
  readonly as: Form;
  /** mean posts/s of the made times */
  readonly rate: number;
}

/** `count` lines of the crisis of `seed`, malformed and control lines among them; v2 lines name no matching rules. */
export function* crisisLines(seed: number, options: LinesOptions): Generator<CrisisLine> {
  const next = startCrisis(seed, options.rate);
  let at = options.start.getTime();
  for (let made = 0; made < options.count; made += 1) {
    const step = next(at);
    const message = options.as === 'v1' ? messageV1(step.post) : messageV2(step.post);
    yield { kind: step.kind, line: lineOf(step, message, options.as), post: step.post };
    at += step.gapMs;
  }
}

/** The line of a step whose post, in its finished form, is `message`. */
export function lineOf(step: Made, message: unknown, form: Form): string {
  if (step.kind === 'control') return JSON.stringify(form === 'v1' ? controlV1(step) : controlV2(step));
  const line = JSON.stringify(message);
  return step.kind === 'malformed' ? damaged(line, step.damage) : line;
}

/** Most are cut off somewhere, some are no JSON at all; none has a line break in it. */
function damaged(line: string, damage: number): string {
  if (damage < 0.1) return '<html><body><h1>503 Service Unavailable</h1></body></html>';
  if (damage < 0.2) return line.slice(Math.floor(line.length / 2));
  return line.slice(0, 1 + Math.floor(damage * (line.length - 2)));
}

function controlV1({ post, damage }: Made): unknown {
  if (damage < 0.5)
    return { limit: { track: Math.ceil(damage * 100), timestamp_ms: String(Math.floor(post.at)) } };
  const ids = {
    id: Number(post.id),
    id_str: post.id,
    user_id: Number(post.author.id),
    user_id_str: post.author.id,
  };
  return { delete: { status: ids, timestamp_ms: String(Math.floor(post.at)) } };
}

/** An error without `data` that ends nothing (facts/x-api §1.6). */
function controlV2({ post }: Made): unknown {
  const error = {
    resource_id: post.id,
    resource_type: 'tweet',
    parameter: 'referenced_tweets.id',
    title: 'Not Found Error',
    detail: `Could not find tweet with referenced_tweets.id: [${post.id}].`,
    type: 'https://api.x.com/2/problems/resource-not-found',
  };
  return { errors: [error] };
}
