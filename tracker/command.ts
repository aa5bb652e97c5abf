// A command from start to exit status: usage, signals, and what they mean to whoever called.
import { trackerConfig, USAGE, WrongUsage, type TrackerConfig } from './options.ts';

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs with what the command line and the environment say, then exits: with what `run` returns, 2 for wrong usage,
 * 130 or 143 after a signal. The first signal asks `run` to stop, the second ends the process at once.
 */
export async function runCommand(
  run: (config: TrackerConfig, signal: AbortSignal) => Promise<number>,
): Promise<never> {
  const stop = new AbortController();
  let interrupted: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (interrupted !== undefined) process.exit(interrupted);
      interrupted = INTERRUPTED[name];
      stop.abort();
    });
  }
  try {
    if (process.argv.includes('--help')) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const status = await run(trackerConfig(process.argv.slice(2), process.env), stop.signal);
    process.exit(interrupted ?? status);
  } catch (error) {
    if (error instanceof WrongUsage) {
      process.stderr.write(`${error.message}\n`);
      process.exit(2);
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  }
}
