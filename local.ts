// The whole system in one process, on files under DATA_DIR: design's picture, an arrow a line.
import { once } from 'node:events';
import { openEmbeddedLog } from './eventing/embedded.ts';
import { reporter } from './eventing/report.ts';
import { FIXED_TOPICS } from './eventing/topics.ts';
import { controller } from './functions/controller/app.ts';
import { eventApi } from './functions/event-api/app.ts';
import { configOf } from './functions/event-api/config.ts';
import { ensureEvents } from './functions/event-api/ensure-events.ts';
import { events as eventsOf } from './functions/event-api/events.ts';
import { serveEventApi } from './functions/event-api/serve.ts';
import { summarize } from './functions/event-api/summary.ts';
import { startNormalizer } from './functions/normalizer/start.ts';
import { LocalCluster } from './knative/local.ts';
import { fixedManifests } from './knative/manifests.ts';
import { takeDataDir } from './sql/data-dir.ts';
import { openSqliteStore } from './sql/sqlite.ts';
import { collect } from './tracker/collect.ts';
import { runCommand } from './tracker/command.ts';
import { keptInstall } from './tracker/install.ts';
import { chooseSource } from './tracker/open-source.ts';
import type { TrackerConfig } from './tracker/options.ts';
import { showProgress } from './tracker/progress-line.ts';

type Fetch = (request: Request) => Response | Promise<Response>;

/** A function whose parts this process has open anyway: waking it and letting it go is nothing. */
const present = (fetch: Fetch) => async () => ({
  fetch: async (request: Request) => fetch(request),
  close: async () => undefined,
});

async function run(config: TrackerConfig, signal: AbortSignal): Promise<number> {
  const { host, port, access, logLevel } = configOf(process.env);
  const { dataDir } = config;
  const report = reporter('epicenter', logLevel);
  const problem = (message: string): void => report('warning', message);
  const lock = takeDataDir(dataDir);
  const install = config.install ?? keptInstall(dataDir);
  const source = await chooseSource(config.source, install);
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const now = (): Date => new Date();
  const since = Date.now();

  const store = await openSqliteStore(dataDir);
  const log = await openEmbeddedLog(dataDir);
  for (const topic of FIXED_TOPICS) await log.createTopic(topic);
  const cluster: LocalCluster = new LocalCluster({
    log,
    report: problem,
    functions: {
      'functions/event-api/main.ts': present((request) => api.fetch(request)),
      'functions/controller/main.ts': present((request) => control.fetch(request)),
      'functions/normalizer/main.ts': () => startNormalizer({ ...process.env, DATA_DIR: dataDir }),
    },
  });
  const api = eventApi({ store, log, cluster, now, access, report, signal: until });
  const control = controller({ store, log, cluster, report: problem });
  const page = config.once ? undefined : await serveEventApi({ app: api, host, port });
  if (page !== undefined) report('info', `The page is at ${page.url}`);

  const events = eventsOf({ store, log, now, report });
  await ensureEvents(events, config.events, problem);
  if ((await events.list()).length === 0) await ensureEvents(events, source.sample, problem);
  for (const manifest of fixedManifests()) await cluster.apply(manifest);
  await cluster.request('controller', new Request('http://controller/tick', { method: 'POST' }));

  const collecting = await collect({ log, install, open: source.open, report: problem }, until);
  const shown =
    collecting &&
    config.source.kind === 'replay' &&
    showProgress(process.stderr, collecting.tracker, source.size);
  await collecting?.finished;
  if (shown) shown();
  const counts = collecting?.tracker.counts;
  const summary = config.once && counts && (await summarize({ store, log, counts, since }, signal));
  if (summary) process.stdout.write(`${summary.line}\n`);
  if (!config.once && !signal.aborted) await once(signal, 'abort');

  ending.abort();
  await collecting?.stopped;
  await cluster.close();
  await page?.close();
  await source.close();
  await log.close();
  await store.close();
  lock.release();
  return summary && !summary.complete ? 1 : 0;
}

await runCommand(run);
