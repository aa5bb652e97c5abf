// PingSources of the local cluster.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { calling, rig, service } from './local-fixture.ts';

describe('PingSource', () => {
  test('posts an event on its schedule, never two at once, until it is deleted', async () => {
    const seen: Request[] = [];
    let inside = 0;
    let most = 0;
    const { cluster } = await rig({
      'sink.ts': calling(async (request) => {
        seen.push(request);
        inside += 1;
        most = Math.max(most, inside);
        await sleep(1_300);
        inside -= 1;
        return new Response();
      }),
    });
    await cluster.apply(service());
    await cluster.apply({
      apiVersion: 'sources.knative.dev/v1',
      kind: 'PingSource',
      metadata: { name: 'tick' },
      spec: {
        schedule: '* * * * * *',
        contentType: 'application/json',
        data: '{"a":1}',
        sink: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'sink' }, uri: '/tick' },
      },
    });
    await sleep(3_500);
    await cluster.delete('PingSource', 'tick');
    const sent = seen.length;
    expect(sent).toBeGreaterThan(0);
    expect(most).toBe(1);
    expect(seen[0]!.url).toBe('http://sink.default.svc.cluster.local/tick');
    expect(seen[0]!.headers.get('ce-type')).toBe('dev.knative.sources.ping');
    expect(await seen[0]!.json()).toEqual({ a: 1 });
    await sleep(1_500);
    expect(seen).toHaveLength(sent);
  });
});
