// The real posts beside the project, as the tracker would hand them on: one message a post.
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../shared/data/', import.meta.url);
/** On a machine that must test everything, a missing folder is a failure, not a skip. */
export const realPostsMissing = !existsSync(folder) && process.env['CI'] !== 'true';

export function read(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8');
}

const isIndexed = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

/** What stands at a path, undefined where it ends early. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    found = isIndexed(found) ? found[step] : undefined;
  }
  return found;
}

export function list(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export const lines = (file: string): string[] =>
  read(file)
    .split('\n')
    .filter((line) => line.trim() !== '');

function parsed(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}

export const v1Statuses = (): unknown[] => [
  ...lines('v1-stream-72.jsonl').flatMap(parsed),
  ...list(JSON.parse(read('v1-search-100.json')), 'statuses'),
];

/** `{data, includes}` of every post of every v2 file, pages split. */
export function v2Messages(): unknown[] {
  return [
    'v2-2sets.jsonl',
    'v2-entities-test.jsonl',
    'v2-geo-tweets.jsonl',
    'v2-edited.jsonl',
    'v2-streaming-output-with-error.jsonl',
  ].flatMap((file) =>
    lines(file)
      .flatMap(parsed)
      .flatMap((page) => {
        const data = at(page, 'data');
        const posts = Array.isArray(data) ? data : [data];
        return posts.map((post: unknown) => ({ data: post, includes: at(page, 'includes') }));
      }),
  );
}
