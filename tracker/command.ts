// A command from start to exit status: usage, signals, and what they mean to whoever called.
import { trackerConfig, USAGE, WrongUsage, type TrackerConfig } from './options.ts';

/** What stands in the way and a person can mend: the message says how. Exit status 1. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs with what the command line and the environment say, then exits: with what `run` returns, 2 for {@link WrongUsage},
 * 1 for {@link CannotRun} and our own faults, 130 or 143 after a signal. The first signal asks `run` to stop, the second ends the process at once.
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
    const mendable = error instanceof WrongUsage || error instanceof CannotRun;
    process.stderr.write(`${mendable || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
    process.exit(error instanceof WrongUsage ? 2 : 1);
  }
}

/** Does `work`, whose failure is for the person at the command line to mend: they are told its message, not its stack. */
export async function orTell<T>(
  Kind: typeof WrongUsage | typeof CannotRun,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Kind(messageOf(cause), { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
