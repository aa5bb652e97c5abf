// An installation as its operators have it: real kn, and our plugin through a gateway of one's own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { rawTweets } from '../../eventing/topics.ts';
import { normalizerGroup, sourceName } from '../../knative/manifests.ts';
import { post, recordOf } from '../processes/running.ts';
import { describeOnKnative } from './describe.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { type Installation, openInstallation } from './place.ts';

const PLUGIN = fileURLToPath(new URL('../../knative/kn-epicenter', import.meta.url));
const CODE = 'harbour-flood';
const NORMALIZER = `normalizer-${CODE}`;
const LATER = { timeout: 180_000, interval: 500 };

describeOnKnative('An installation on Knative', ({ kubeconfig, tag }) => {
  let place: Installation;
  let gateway: Gateway;

  beforeAll(async () => {
    place = await openInstallation(kubeconfig, tag);
    gateway = await openGateway('event-api');
    await vi.waitFor(() => place.status(), LATER);
  });
  afterAll(async () => {
    gateway?.close();
    await place?.[Symbol.asyncDispose]();
  });

  const kn = async (...args: string[]): Promise<string> =>
    (await place.kube.tool('kn', ...args, '-n', 'epicenter')).stdout;
  const epicenter = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, EPICENTER_URL: gateway.url, API_TOKEN: place.token };
    return (await promisify(execFile)(PLUGIN, args, { env })).stdout;
  };

  it('is operated with kn epicenter', async () => {
    await epicenter('events', 'create', 'Harbour flood', '-k', 'nobody posts this');
    expect(await epicenter('events', 'list')).toContain(CODE);
    await vi.waitFor(async () => expect(await epicenter('status')).toContain('connected'), LATER);
  });

  it('is shown by kn', async () => {
    await vi.waitFor(async () => {
      const lines = (await kn('service', 'list')).split('\n').slice(1, -1);
      expect(lines.map((line) => line.split(/\s+/)[0])).toEqual(['controller', 'event-api', NORMALIZER]);
      expect(lines.every((line) => / True\s*$/.test(line))).toBe(true);
    }, LATER);
    const described = await kn('service', 'describe', NORMALIZER, '-v');
    expect(described).toContain(`epicenter.dev/event=${CODE}`);
    expect(described).toContain(`dev.local/epicenter:${tag}`);
    const sources = await kn('source', 'list');
    for (const [name, sink] of [
      ['controller-events', 'ksvc:controller'],
      ['controller-tick', 'ksvc:controller'],
      ['event-api-collection', 'ksvc:event-api'],
      [`tweets-${CODE}`, `ksvc:${NORMALIZER}`],
    ] as const)
      expect(sources).toMatch(new RegExp(`^${name} .* ${sink} +True`, 'm'));
    expect(await kn('revision', 'list', '-s', NORMALIZER)).toMatch(/normalizer-harbour-flood-00001 .*True/);
    process.stderr.write([await kn('service', 'list'), sources, described].join('\n'));
  });

  it('keeps what it could not deliver, and sends it again when asked to', async () => {
    const once = JSON.stringify({ spec: { delivery: { retry: 0 } } });
    const patch = ['patch', 'kafkasource', sourceName(CODE), '--type=merge', '-p', once];
    await place.kube.tool('kubectl', '-n', 'epicenter', ...patch);
    place.engines.cassandra.pause();
    try {
      await place.log.append([recordOf(CODE, [post(1), post(2)])]);
      const lag = (): Promise<number> => place.log.lag(normalizerGroup(CODE), rawTweets(CODE).name);
      await vi.waitFor(async () => expect(await lag()).toBe(0), LATER);
    } finally {
      place.engines.cassandra.resume();
    }
    await vi.waitFor(async () => {
      expect(await epicenter('dead-letters', 'list')).toMatch(/harbour-flood .*Answered 50[34]/);
    }, LATER);
    expect(await place.store.total(CODE)).toBe(0);
    expect(await epicenter('dead-letters', 'resend', '--all')).toContain('Sent again: 1.');
    await vi.waitFor(async () => expect(await place.store.total(CODE)).toBe(2), LATER);
    expect(await epicenter('dead-letters', 'resend', '--all')).toContain('Sent again: 0.');
  });
});
