// The tracker as a process of its own: X, the simulator or a file into the topics. Events come from their topic.
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { openLog } from '../eventing/open-log.ts';
import { reporter } from '../eventing/report.ts';
import { collect, type Collecting } from './collect.ts';
import { runCommand } from './command.ts';
import { chooseSource, type ChosenSource } from './open-source.ts';
import { serveHealth } from './health.ts';
import { WrongUsage, type TrackerConfig } from './options.ts';
import { showProgress } from './progress-line.ts';
import { openSpool } from './spool.ts';

interface Attended {
  readonly config: TrackerConfig;
  readonly source: ChosenSource;
  readonly signal: AbortSignal;
}

async function run(config: TrackerConfig, signal: AbortSignal): Promise<number> {
  if (config.once || config.events.length > 0) {
    throw new WrongUsage('--once and --event need the whole system: npm start -- …');
  }
  const health = await serveHealth(process.env['HEALTH_PORT']);
  mkdirSync(config.dataDir, { recursive: true });
  const report = reporter('tracker', config.logLevel);
  const warn = (problem: string): void => report('warning', problem);
  const source = await chooseSource(config.source);
  const log = await openLog(config, warn);
  const spool = config.kafka && (await openSpool({ ...config.spool, log, report: warn }));
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const { install, postsPerDay } = config;
  const collecting = await collect(
    { log, spool, install, postsPerDay, open: source.open, report: warn },
    until,
  );
  const unread = collecting && (await attend(collecting, { config, source, signal }));
  ending.abort();
  await collecting?.stopped;
  await source.close();
  await spool?.close();
  await log.close();
  health.close();
  return config.source.kind === 'replay' && unread ? 2 : 0;
}

/** Until a replay has ended or a signal comes. Why not all could be read, if so. */
async function attend({ tracker, finished }: Collecting, of: Attended): Promise<string | null> {
  const { config, source, signal } = of;
  const replay = config.source.kind === 'replay';
  const shown = replay ? showProgress(process.stderr, tracker, source.size) : undefined;
  const unread = await finished.finally(shown);
  if (!replay && !signal.aborted) await once(signal, 'abort');
  return unread;
}

await runCommand(run);
