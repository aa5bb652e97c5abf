// What an export is asked for: its command line, read without side effects.
import { parseArgs } from 'node:util';

/** What was asked for makes no sense; the message says what would. Exit status 2. */
export class WrongUsage extends Error {
  override name = 'WrongUsage';
}

export const USAGE = `Usage: npm run export -- CODE FILE.parquet
Writes the tweets of the event CODE as Parquet, newest first; a FILE.parquet that is there is replaced once the new one is whole.
Reads DATA_DIR, also while npm start runs on it; with CASSANDRA_CONTACT_POINTS set, Cassandra.`;

export type ExportOptions =
  { readonly kind: 'help' } | { readonly kind: 'export'; readonly code: string; readonly file: string };

/** Throws {@link WrongUsage}. */
export function exportOptions(argv: readonly string[]): ExportOptions {
  const { values, positionals } = argumentsOf(argv);
  if (values.help) return { kind: 'help' };
  const [code, file, ...more] = positionals;
  if (code === undefined) throw wrong('The code of an event is missing.');
  if (file === undefined) throw wrong('The name of the file is missing.');
  if (more.length > 0) throw wrong(`There is more than a code and a file: "${more.join(' ')}".`);
  if (!file.endsWith('.parquet')) throw wrong(`The name of the file must end in .parquet; it is "${file}".`);
  return { kind: 'export', code, file };
}

const wrong = (problem: string, cause?: unknown): WrongUsage =>
  new WrongUsage(`${problem}\n${USAGE}`, { cause });

function argumentsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { help: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), error);
  }
}
