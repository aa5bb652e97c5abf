// The whole system in one process, on files under DATA_DIR: design's picture, an arrow a line.
import { once } from 'node:events';
import { untilDrained } from './eventing/drained.ts';
import { openLog } from './eventing/open-log.ts';
import { reporter } from './eventing/report.ts';
import { COLLECTION, FIXED_TOPICS } from './eventing/topics.ts';
import { controller } from './functions/controller/app.ts';
import { eventApi } from './functions/event-api/app.ts';
import { configOf, type Config } from './functions/event-api/config.ts';
import { checkedEvents, ensureEvents } from './functions/event-api/ensure-events.ts';
import { events as eventsOf } from './functions/event-api/events.ts';
import { serveEventApi, type Serving } from './functions/event-api/serve.ts';
import { summarize } from './functions/event-api/summary.ts';
import { startNormalizer } from './functions/normalizer/start.ts';
import { LocalCluster } from './knative/local.ts';
import { COLLECTION_GROUP, fixedManifests } from './knative/manifests.ts';
import { takeDataDir } from './sql/data-dir.ts';
import { openStore, sharedStore } from './sql/open-store.ts';
import { collect, type Collecting } from './tracker/collect.ts';
import { CannotRun, orTell, runCommand } from './tracker/command.ts';
import { chooseSource, type ChosenSource } from './tracker/open-source.ts';
import { type SpoolPlace, type TrackerConfig, WrongUsage } from './tracker/options.ts';
import { showProgress } from './tracker/progress-line.ts';
import { openSpool } from './tracker/spool.ts';

type Fetch = (request: Request) => Response | Promise<Response>;
type System = Awaited<ReturnType<typeof openSystem>>;

const LAST_WORDS_MS = 1_000;
const now = (): Date => new Date();
const tick = (): Request => new Request('http://controller/tick', { method: 'POST' });

/** A function whose parts this process has open anyway: waking it and letting it go is nothing. */
const present = (fetch: Fetch) => async () => ({
  fetch: async (request: Request) => fetch(request),
  close: async () => undefined,
});

async function run(config: TrackerConfig, signal: AbortSignal): Promise<number> {
  const { dataDir } = config;
  const settings = await orTell(WrongUsage, () => ({ ...configOf(process.env), dataDir }));
  await orTell(WrongUsage, () => checkedEvents(config.events));
  const lock = await orTell(CannotRun, () => takeDataDir(dataDir));
  const source = await chooseSource(config.source);
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const system = await orTell(CannotRun, () => openSystem(settings, config.spool, until));
  const serve = (): Promise<Serving> => serveEventApi({ ...settings, app: system.api });
  const page = config.once ? undefined : await orTell(CannotRun, serve);
  if (page !== undefined) system.report('info', `The page is at ${page.url}`);
  await system.start(config, source);
  const { install, postsPerDay } = config;
  const collecting = await collect(
    { ...system, install, postsPerDay, open: source.open, report: system.warn },
    until,
  );
  const status = collecting === undefined ? 0 : await attend(system, collecting, { config, source, signal });
  ending.abort();
  await collecting?.stopped;
  // What the tracker said last, its open gaps above all, is worth a moment; else it is delivered by the next start.
  const notes = { group: COLLECTION_GROUP, topic: COLLECTION.name };
  await untilDrained(system.log, [notes], AbortSignal.timeout(LAST_WORDS_MS));
  await system.cluster.close();
  await page?.close();
  await source.close();
  await system.close();
  lock.release();
  return status;
}

async function openSystem(settings: Config, place: SpoolPlace, signal: AbortSignal) {
  const { access, kafka, logLevel } = settings;
  const report = reporter('epicenter', logLevel);
  const warn = (problem: string): void => report('warning', problem);
  const store = await openStore(settings, warn);
  const normalizerStore = sharedStore(() => openStore(settings, warn));
  const log = await openLog(settings, warn);
  await Promise.all(FIXED_TOPICS.map((topic) => log.createTopic(topic)));
  const spool = kafka && (await openSpool({ ...place, log, report: warn }));
  const cluster: LocalCluster = new LocalCluster({
    log,
    report: warn,
    functions: {
      'functions/event-api/main.ts': present((request) => api.fetch(request)),
      'functions/controller/main.ts': present((request) => control.fetch(request)),
      'functions/normalizer/main.ts': async () => startNormalizer({ openStore: normalizerStore, report }),
    },
  });
  const api = eventApi({ store, log, cluster, now, access, report, signal });
  const control = controller({ store, log, cluster, report: warn });
  const events = eventsOf({ store, log, now, report });
  return {
    store,
    log,
    spool,
    cluster,
    api,
    report,
    warn,
    /** Makes what was asked for and starts what should run, before anything is collected. */
    async start(config: TrackerConfig, source: ChosenSource): Promise<void> {
      await ensureEvents(events, config.events, warn);
      if ((await events.list()).length === 0) await ensureEvents(events, source.sample, warn);
      for (const manifest of fixedManifests()) await cluster.apply(manifest);
      const { status } = await cluster.request('controller', tick());
      if (status !== 204)
        warn(`The controller's first tick failed with ${status}; the next one tries again.`);
    },
    async close(): Promise<void> {
      await spool?.close();
      await log.close();
      await store.close();
    },
  };
}

interface Attended {
  readonly config: TrackerConfig;
  readonly source: ChosenSource;
  readonly signal: AbortSignal;
}

/** Until a signal comes or, with `--once`, until everything read is stored. The exit status. */
async function attend(
  system: System,
  { tracker, finished }: Collecting,
  { config, source, signal }: Attended,
): Promise<number> {
  const since = Date.now();
  const shown =
    config.source.kind === 'replay' ? showProgress(process.stderr, tracker, source.size) : undefined;
  const unread = await finished.finally(shown);
  if (!config.once) {
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  }
  const summary = await summarize({ ...system, counts: tracker.counts, since }, signal);
  if (summary !== undefined) process.stdout.write(`${summary.line}\n`);
  if (unread !== null) return 2;
  return summary?.complete === false ? 1 : 0;
}

await runCommand(run);
