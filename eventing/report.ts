// What whoever runs this must know: JSON lines on stderr, or plain lines where a person sits before them.

/** From what must be known to what may be. */
export const LEVELS = ['error', 'warning', 'info'] as const;
export type Level = (typeof LEVELS)[number];

/** One line; of an error also its stack and causes. Never give it a secret. */
export type Report = (level: Level, message: string, error?: unknown) => void;

/** Writes what is at most `most` verbose, in the name of a process. */
export function reporter(process_: string, most: Level): Report {
  return (level, message, error) => {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(most)) return;
    const line = { time: new Date().toISOString(), level, process: process_, message };
    process.stderr.write(process.stderr.isTTY ? plain(line, error) : json(line, error));
  };
}

type Line = Readonly<Record<'time' | 'level' | 'process' | 'message', string>>;

function json(line: Line, error: unknown): string {
  return `${JSON.stringify(error === undefined ? line : { ...line, error: describe(error) })}\n`;
}

function plain({ time, level, process: name, message }: Line, error: unknown): string {
  const label = level === 'info' ? '' : `${level}: `;
  const more = error === undefined ? '' : `\n${describe(error)}`;
  return `${time.slice(11, 19)} ${name}: ${label}${message}${more}\n`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? stack : `${stack}\ncaused by ${describe(error.cause)}`;
}
