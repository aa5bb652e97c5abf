// A controller's surroundings on real parts in a folder of their own: store, log, and a local cluster that runs normalizers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../eventing/embedded.ts';
import type { Log } from '../../eventing/log.ts';
import type { Report } from '../../eventing/report.ts';
import { FIXED_TOPICS } from '../../eventing/topics.ts';
import { startNormalizer } from '../../functions/normalizer/start.ts';
import { LocalCluster } from '../../knative/local.ts';
import { fixedManifests } from '../../knative/manifests.ts';
import { openSqliteStore } from '../../sql/sqlite.ts';
import type { Store } from '../../sql/store.ts';

export interface System {
  readonly dir: string;
  readonly store: Store;
  readonly log: Log;
  readonly cluster: LocalCluster;
  readonly report: (problem: string) => void;
  /** what was reported until now */
  readonly reported: readonly string[];
  close(): Promise<void>;
}

export async function openSystem(): Promise<System> {
  const dir = mkdtempSync(join(tmpdir(), 'epicenter-controller-'));
  const store = await openSqliteStore(dir);
  const log = await openEmbeddedLog(dir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  const reported: string[] = [];
  const warn = (problem: string): void => void reported.push(problem);
  const report: Report = (_level, problem) => warn(problem);
  const parts = { openStore: () => openSqliteStore(dir), report };
  const functions = { 'functions/normalizer/main.ts': async () => startNormalizer(parts) };
  const cluster = new LocalCluster({ log, report: warn, functions });
  for (const manifest of fixedManifests()) if (manifest.kind === 'KafkaSink') await cluster.apply(manifest);
  const close = async (): Promise<void> => {
    await cluster.close();
    await log.close();
    await store.close();
    rmSync(dir, { recursive: true });
  };
  return { dir, store, log, cluster, report: warn, reported, close };
}
