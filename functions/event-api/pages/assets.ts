// The pages' style, script and icon: three files, read once, revalidated by their hash.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Context } from 'hono';

const types: Readonly<Record<string, string>> = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

interface Asset {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
}

/** Answers `/assets/:name`; 404 for a name that is none of the three. */
export function assets(): (c: Context) => Response {
  const files = new Map(Object.entries(types).map(([name, type]) => [name, load(name, type)]));
  return (c) => {
    const file = files.get(c.req.param('name') ?? '');
    if (file === undefined) return c.text('There is no such file.', 404);
    const headers = { etag: file.etag, 'cache-control': 'no-cache', 'content-type': file.type };
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
    return c.body(file.body, 200, headers);
  };
}

function load(name: string, type: string): Asset {
  const body = readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8');
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  return { body, type, etag };
}
