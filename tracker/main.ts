// The tracker as a process of its own, on the embedded log: X, the simulator or a file into the topics. Events come from their topic.
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { openEmbeddedLog } from '../eventing/embedded.ts';
import { reporter } from '../eventing/report.ts';
import { collect } from './collect.ts';
import { runCommand } from './command.ts';
import { keptInstall } from './install.ts';
import { chooseSource } from './open-source.ts';
import { WrongUsage, type TrackerConfig } from './options.ts';
import { showProgress } from './progress-line.ts';

async function run(config: TrackerConfig, signal: AbortSignal): Promise<number> {
  if (config.once || config.events.length > 0) {
    throw new WrongUsage('--once and --event need the whole system: npm start -- …');
  }
  mkdirSync(config.dataDir, { recursive: true });
  const report = reporter('tracker', config.logLevel);
  const install = config.install ?? keptInstall(config.dataDir);
  const source = await chooseSource(config.source, install);
  const log = await openEmbeddedLog(config.dataDir);
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const warn = (problem: string): void => report('warning', problem);
  const collecting = await collect({ log, install, open: source.open, report: warn }, until);
  const replay = config.source.kind === 'replay';
  let unread: string | null = null;
  if (collecting !== undefined) {
    const shown = replay ? showProgress(process.stderr, collecting.tracker, source.size) : undefined;
    unread = await collecting.finished.finally(shown);
    if (!replay && !signal.aborted) await once(signal, 'abort');
    ending.abort();
    await collecting.stopped;
  }
  await source.close();
  await log.close();
  return replay && unread !== null ? 2 : 0;
}

await runCommand(run);
