// One engine as a process of ours: started, waited for, killed, paused, restarted. Knows nothing of Kafka or Cassandra.
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFree } from './ports.ts';

const TIME_TO_ANSWER = 120_000;
const TIME_TO_STOP = 30_000;
const SETPRIV = '/usr/bin/setpriv';

export interface Recipe {
  readonly name: string;
  /** host:port where clients connect */
  readonly address: string;
  /** all that it listens at, as [host, port] */
  readonly listens: readonly (readonly [string, number])[];
  /** what it prints is appended to this file */
  readonly log: string;
  readonly folder: string;
  /** command and arguments */
  readonly command: readonly [string, ...string[]];
  /** asks it as a client would: true when it is ready, false when not yet; throws when a stranger answers */
  readonly answers: () => Promise<boolean>;
}

export interface Engine {
  /** host:port where clients connect */
  readonly address: string;
  /** of the process that runs now, or ran last */
  readonly pid: () => number;
  /** sends the signal (SIGKILL by default) and resolves when the process is gone: only for signals that end it */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** starts it again on the same data, stopping it first if it runs; resolves when it answers */
  readonly restart: () => Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers */
  readonly pause: () => void;
  readonly resume: () => void;
  /** SIGTERM, and SIGKILL after 30 s; resolves when the process is gone */
  readonly stop: () => Promise<void>;
  /** resolves with how it ended when the process that runs now is gone */
  readonly ended: () => Promise<string>;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<string>;
  readonly isRunning: () => boolean;
}

/** Starts it and waits until it answers (120 s). Throws with the last lines of its log. */
export async function startEngine(recipe: Recipe): Promise<Engine> {
  let running = await launch(recipe);
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    running.child.kill(signal);
    await running.ended;
  };
  const stop = async (): Promise<void> => {
    running.child.kill('SIGCONT'); // a paused process would not hear the SIGTERM
    running.child.kill('SIGTERM');
    const timer = setTimeout(() => running.child.kill('SIGKILL'), TIME_TO_STOP);
    await running.ended;
    clearTimeout(timer);
  };
  const restart = async (): Promise<void> => {
    await stop();
    running = await launch(recipe);
  };
  return {
    address: recipe.address,
    pid: () => running.pid,
    kill,
    restart,
    pause: () => void running.child.kill('SIGSTOP'),
    resume: () => void running.child.kill('SIGCONT'),
    stop,
    ended: () => running.ended,
  };
}

async function launch(recipe: Recipe): Promise<Running> {
  for (const [host, port] of recipe.listens) {
    if (!(await isFree(host, port))) {
      throw new Error(`${recipe.name} cannot start: something else listens at ${host}:${port}`);
    }
  }
  const running = run(recipe);
  try {
    await waitUntilItAnswers(recipe, running);
  } catch (error) {
    running.child.kill('SIGKILL');
    await running.ended;
    throw error;
  }
  return running;
}

function run(recipe: Recipe): Running {
  const log = openSync(recipe.log, 'a');
  const [command, ...args] = dyingWithUs(recipe.command);
  // A group of its own: a Ctrl-C in the terminal is for us, and we stop it in order.
  const child = spawn(command, args, { cwd: recipe.folder, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const killIt = (): void => void child.kill('SIGKILL');
  process.once('exit', killIt);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`));
  });
  void ended.then(() => process.off('exit', killIt));
  const isRunning = (): boolean =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return { child, pid: child.pid ?? 0, ended, isRunning };
}

/** On Linux the kernel ends it when we are killed: a gigabyte of Java must not outlive a test run. */
function dyingWithUs(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  try {
    accessSync(SETPRIV, constants.X_OK);
    return [SETPRIV, '--pdeathsig', 'KILL', '--', ...command];
  } catch {
    return command; // another system, where only our own end in order ends it
  }
}

async function waitUntilItAnswers(recipe: Recipe, running: Running): Promise<void> {
  const deadline = Date.now() + TIME_TO_ANSWER;
  while (!(await recipe.answers())) {
    if (!running.isRunning()) fail(recipe, `ended while it started (${await running.ended})`);
    if (Date.now() > deadline) fail(recipe, `does not answer at ${recipe.address} after 120 s`);
    await sleep(100);
  }
}

function fail(recipe: Recipe, what: string): never {
  const lines = readFileSync(recipe.log, 'utf8').trimEnd().split('\n').slice(-20);
  throw new Error(`${recipe.name} ${what}. The end of ${recipe.log}:\n${lines.join('\n')}`);
}
