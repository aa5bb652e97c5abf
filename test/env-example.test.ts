import { readFileSync } from 'node:fs';
import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Names read from `env` in the product, wherever that is. */
function namesRead(): Set<string> {
  const names = new Set<string>();
  for (const path of globSync('{functions,tracker,eventing,sql,knative}/**/*.ts', { cwd: root })) {
    for (const [, name] of read(path).matchAll(/\benv(?:ironment)?(?:\[|\.)'?([A-Z][A-Z_]+)'?\]?/g))
      names.add(name!);
  }
  return names;
}

describe('.env.example', () => {
  const documented = new Map(
    read('.env.example')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/=(.*)/s, 2) as [string, string]),
  );

  it('names every variable that the code reads', () => {
    const missing = [...namesRead()].filter((name) => !documented.has(name) && !IMPLIED.has(name));
    expect(missing).toEqual([]);
  });

  it('names nothing that the code does not read', () => {
    const everything = globSync('{functions,tracker,eventing,sql,knative}/**/*.ts', { cwd: root })
      .map(read)
      .join('\n');
    expect([...documented.keys()].filter((name) => !everything.includes(name))).toEqual([]);
  });
});

// Kubernetes sets them for its pods and its tools.
const IMPLIED = new Set(['KUBERNETES_SERVICE_HOST', 'KUBECONFIG']);
