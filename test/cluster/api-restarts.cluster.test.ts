// The API server goes away under a controller at work and comes back.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SKIPPED } from '../engines/skipped-reporter.ts';
import { makeEvent } from '../factories.ts';
import { describeWithCluster, openSpace, type Space } from './cluster.ts';
import { type ControllerProcess, type Data, openData, startController } from './controller-process.ts';

describeWithCluster('a controller whose API server restarts', (place) => {
  let space: Space;
  let data: Data;
  let controller: ControllerProcess;

  beforeEach(async () => {
    space = await openSpace(place);
    data = await openData();
    controller = await startController(space.kubeconfigOf(), data.dir);
  });
  afterEach(async () => {
    await controller.kill();
    await data.close();
    await space.close();
  });

  const why = place.up === undefined ? ` ${SKIPPED}the cluster in KUBECONFIG is not ours to restart]` : '';

  it.skipIf(place.up === undefined)(`waits for it, and leaves nothing half made${why}`, async () => {
    const codes = Array.from({ length: 40 }, (_, n) => `event-${n}`);
    for (const code of codes) await data.store.createEvent(makeEvent({ code }));
    const ticking = controller.tick();
    await expect.poll(async () => (await space.all('services')).length).toBeGreaterThan(0);
    const pidFile = join(dirname(place.kubeconfig), 'kube-apiserver.pid');
    process.kill(Number(readFileSync(pidFile, 'utf8').split(' ')[0]), 'SIGKILL');
    // The script must not take the dying process for one that runs.
    rmSync(pidFile);
    await promisify(execFile)(place.up!, ['api']);
    const first = await ticking;
    expect([204, 503]).toContain(first);
    await expect.poll(() => controller.tick(), { timeout: 60_000 }).toBe(204);
    expect(await space.all('services')).toHaveLength(40);
    expect(await space.all('kafkasources')).toHaveLength(40);
    for (const { metadata } of await space.all('services')) expect(metadata.generation).toBe(1);
    process.stdout.write(`the tick during which the API server restarted was answered ${first}\n`);
  });
});
