// `npm run export`: an event's tweets as a Parquet file. Opens the store beside a running Epicenter, whose lock it leaves alone.
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { cassandraSettings } from './cassandra-settings.ts';
import { exportOptions, USAGE, WrongUsage } from './export-options.ts';
import { exportParquet } from './export-parquet.ts';
import { showProgress } from './export-progress.ts';
import type { DuckDB } from './export-rows.ts';
import { openStore, type StoreChoice } from './open-store.ts';
import { fileIn } from './sqlite-schema.ts';
import type { Store } from './store.ts';

const CODES_SHOWN = 20;
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/** What stands in the way and a person can mend: the message says how. Exit status 1. */
class CannotExport extends Error {
  override name = 'CannotExport';
}

type Env = Readonly<Record<string, string | undefined>>;

function choiceOf(env: Env): StoreChoice {
  try {
    return { dataDir: env['DATA_DIR'] || 'data', cassandra: cassandraSettings(env) };
  } catch (cause) {
    throw new WrongUsage(messageOf(cause), { cause });
  }
}

async function openChosen(choice: StoreChoice): Promise<Store> {
  const { dataDir, cassandra } = choice;
  // Opening would make an empty one.
  if (cassandra === undefined && !existsSync(fileIn(dataDir)))
    throw new CannotExport(
      `DATA_DIR "${dataDir}" holds no tweets: there is no ${fileIn(dataDir)}. Set DATA_DIR to the folder that npm start uses.`,
    );
  try {
    return await openStore(choice, (problem) => process.stderr.write(`${problem}\n`));
  } catch (cause) {
    throw new CannotExport(messageOf(cause), { cause });
  }
}

async function loadDuckDB(): Promise<DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw new CannotExport(
      `Parquet is written by DuckDB (@duckdb/node-api), which cannot be loaded: run npm ci. ${messageOf(cause)}`,
      { cause },
    );
  }
}

function checkTarget(file: string): void {
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new WrongUsage(`There is no folder ${folder} to write the file to.`);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new WrongUsage(`${file} is a folder; name a file in it.`);
}

async function checkEvent(store: Store, code: string): Promise<void> {
  if ((await store.event(code)) !== undefined) return;
  const codes = (await store.events()).map((event) => event.code).toSorted();
  const shown = codes.slice(0, CODES_SHOWN).join(', ') + (codes.length > CODES_SHOWN ? ', …' : '');
  throw new CannotExport(
    `There is no event "${code}". ${shown === '' ? 'There are no events yet.' : `There are: ${shown}`}`,
  );
}

async function run(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const options = exportOptions(argv);
  if (options.kind === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const { code } = options;
  const file = resolve(options.file);
  checkTarget(file);
  const choice = choiceOf(process.env);
  const duckdb = await loadDuckDB();
  const store = await openChosen(choice);
  const shown = showProgress(process.stderr);
  try {
    await checkEvent(store, code);
    const asked = { store, code, file, progress: shown.progress };
    const tweets = await exportParquet(duckdb, asked, signal).catch((cause: unknown) => {
      throw new CannotExport(`${options.file} was not written: ${messageOf(cause)}`, { cause });
    });
    shown.end();
    process.stdout.write(`${options.file}: ${tweets} tweets of ${code}\n`);
  } finally {
    shown.end();
    await store.close();
  }
}

/** The first signal asks the export to stop and leave nothing behind, the second ends the process at once. */
async function main(): Promise<number> {
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
    await run(process.argv.slice(2), stop.signal);
    return interrupted ?? 0;
  } catch (error) {
    if (interrupted !== undefined) return interrupted;
    const mendable = error instanceof WrongUsage || error instanceof CannotExport;
    process.stderr.write(`${mendable || !(error instanceof Error) ? messageOf(error) : error.stack}\n`);
    return error instanceof WrongUsage ? 2 : 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exit(await main());
