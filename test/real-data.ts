// Where real posts lie that tests read but the project does not hold. Without them such tests skip, by name; in CI they fail.
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../shared/data/', import.meta.url);

export const noRealData = !existsSync(folder) && process.env['CI'] !== 'true';
export const WHY = '(skipped where ../shared/data is missing)';

export const realFile = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

/** A CSV's field: in quotes, doubled inside, also over several lines; or bare. The comma or line end before it. */
const FIELD = /(^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g;

/** The second column of a CSV without its heading. */
export function tweetsOfCsv(name: string): string[] {
  const rows: string[][] = [];
  for (const [, before, quoted, bare] of realFile(name).matchAll(FIELD)) {
    if (before !== ',') rows.push([]);
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
  }
  return rows.slice(1).flatMap(([, tweet]) => (tweet === undefined ? [] : [tweet]));
}
