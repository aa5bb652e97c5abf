// How results are written: tables as kn prints them, JSON, YAML.
import { stringify } from 'yaml';
import type { Format, Result } from './command.ts';
import { escaped, safe, widthOf } from './safe-text.ts';

export function written({ value, text }: Pick<Result, 'value' | 'text'>, format: Format): string {
  if (format === 'json') return `${escaped(JSON.stringify(value, null, 2))}\n`;
  if (format === 'yaml') {
    const quoted = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 } as const;
    return escaped(stringify(value, quoted));
  }
  return text.endsWith('\n') ? text : `${text}\n`;
}

const BETWEEN = '   ';

/** A header in capitals and a line a row; cells are made safe for a terminal. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows.map((row) => row.map(safe))];
  const widths = header.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) => `${lineOf(row, widths)}\n`).join('');
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
    .join(BETWEEN)
    .trimEnd();
}

/** `Key:   value` lines, as `kn … describe` prints them; what is undefined is left out. */
export function facts(lines: readonly (readonly [key: string, value: string | undefined])[]): string {
  const width = Math.max(...lines.map(([key]) => key.length)) + 1;
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${`${key}:`.padEnd(width)}  ${safe(value ?? '')}\n`)
    .join('');
}

const segments = new Intl.Segmenter();

/** `…` where something was left out. */
export function cut(text: string, most: number): string {
  const chars = Array.from(segments.segment(text), ({ segment }) => segment);
  return chars.length <= most ? text : `${chars.slice(0, most - 1).join('')}…`;
}

/** How long ago, as kn says it: `5s`, `12m`, `3h`, `2d`. */
export function age(time: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 1_000));
  if (Number.isNaN(seconds)) return '';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
