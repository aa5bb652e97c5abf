// What `kubectl apply -k .` does, in a namespace of the test's. Needs kubectl: in PATH, or beside the cluster that up.sh built.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWithCluster, openSpace, type Space } from './cluster.ts';

const root = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

describeWithCluster('the installation', (place) => {
  let space: Space;
  let dir: string;

  beforeEach(async () => {
    space = await openSpace(place);
    dir = mkdtempSync(join(realpathSync(tmpdir()), 'epicenter-install-'));
  });
  afterEach(async () => {
    rmSync(dir, { recursive: true });
    await space.close();
  });

  const beside = join(dirname(place.kubeconfig), '../../bin/kubectl');
  const kubectl = async (...args: string[]) =>
    promisify(execFile)(existsSync(beside) ? beside : 'kubectl', ['--kubeconfig', place.kubeconfig, ...args]);

  const STRICTLY = [
    '--server-side',
    '--validate=strict',
    '--warnings-as-errors',
    '--field-manager=installer',
  ];
  const inRepository = (path: string): string => relative(dir, join(root, path));
  const apply = (resource: string, components: readonly string[] = []) => {
    const resources = [inRepository(resource)];
    const settings = { namespace: space.namespace, resources, components: components.map(inRepository) };
    writeFileSync(join(dir, 'kustomization.yaml'), JSON.stringify(settings));
    return kubectl('apply', '-k', dir, ...STRICTLY);
  };

  it.each([
    ['knative/overlays/small', []],
    ['knative/overlays/production', []],
    ['.', ['knative/components/kafka-sasl', 'knative/components/kafka-tls']],
  ])('applies %s with %j', async (resource, components) => {
    expect((await apply(resource, components)).stderr).toBe('');
    for (const { spec } of await space.all('kafkasources')) {
      const net = Object.keys(spec!['net'] ?? {}).toSorted();
      expect(net).toEqual(components.map((name) => name.split('-')[1]));
    }
  });

  it('applies without a warning under strict validation, and a second time changes nothing', async () => {
    expect((await apply('.')).stderr).toBe('');
    const services = await space.all('services');
    const sources = await space.all('kafkasources');
    expect(services.map(({ metadata }) => metadata.name)).toEqual(['controller', 'event-api']);
    expect(sources.map(({ metadata }) => metadata.name)).toEqual([
      'controller-events',
      'event-api-collection',
    ]);
    await apply('.');
    expect([await space.all('services'), await space.all('kafkasources')]).toEqual([services, sources]);
  });
});
