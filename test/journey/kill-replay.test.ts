import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { crisisLines } from '../../tracker/x-simulator/lines.ts';
import { sampleEvents } from '../../tracker/x-simulator/sample-events.ts';
import { codeOf } from '../../sql/crisis-event.ts';
import { comparable, keptOf } from './kept.ts';
import { keywordsIn, plainRow, readMessage } from './plain-reading.ts';
import { kill, startNode, tempDir, type Started } from './running.ts';

const POSTS = 6_000;
const wanted = sampleEvents.map(({ name, keywords }) => ({ code: codeOf(name), name, keywords }));
const eventArguments = wanted.flatMap(({ name, keywords }) => ['--event', `${name}=${keywords.join(',')}`]);

function crisis(seed: number): string[] {
  const options = { start: new Date('2026-03-01T06:00:00Z'), count: POSTS, as: 'v2' as const, rate: 50 };
  return [...crisisLines(seed, options)].map(({ line }) => line);
}

/** By event code: the rows that the lines say. */
function plainRows(lines: readonly string[]): Map<string, Map<string, Record<string, unknown>>> {
  const rows = new Map(wanted.map(({ code }) => [code, new Map<string, Record<string, unknown>>()]));
  for (const message of lines.map(readMessage)) {
    if (message === undefined) continue;
    for (const { code, keywords } of wanted) {
      const found = keywordsIn(message, keywords);
      if (found.length > 0) rows.get(code)!.set(message.data.id, plainRow(code, message, found));
    }
  }
  return rows;
}

async function expectKept(dir: string, lines: readonly string[]): Promise<void> {
  const raw = new Map(
    lines.flatMap((line) => {
      const message = readMessage(line);
      return message === undefined ? [] : [[message.data.id, line] as const];
    }),
  );
  for (const [code, rows] of plainRows(lines)) {
    const kept = await keptOf(dir, code);
    expect(rows.size).toBeGreaterThan(100);
    expect(kept.rows.length, code).toBe(rows.size);
    expect(comparable(kept.rows)).toEqual(rows);
    expect(kept.messages.toSorted()).toEqual([...rows.keys()].map((id) => raw.get(id)!).toSorted());
    expect(kept.gaps, 'a replay opens no gaps').toEqual([]);
  }
}

/** Kills the replay of `file` so often, at random moments, then lets it end. */
async function killAndFinish(dir: string, file: string, kills: number, rate: string): Promise<Started> {
  const begin = (): Started =>
    startNode(['local.ts', '--replay', file, '--rate', rate, '--once', ...eventArguments], {
      DATA_DIR: join(dir, 'data'),
    });
  for (let killed = 0; killed < kills;) {
    const running = begin();
    const early = await Promise.race([running.ended, setTimeout(500 + Math.random() * 2_500)]);
    expect(early, running.err()).toBeOneOf([undefined, 0]);
    if (early === undefined) {
      await kill(running);
      killed += 1;
    }
  }
  const last = begin();
  expect(await last.ended, last.err()).toBe(0);
  return last;
}

describe('a replay that is killed at random moments, also while it resumes', () => {
  it(
    'has every row exactly once in the end, as a plain reading of the file gives it',
    { timeout: 180_000 },
    async () => {
      using dir = tempDir('kill-replay');
      const lines = crisis(11);
      const file = join(dir.path, 'posts.jsonl');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const last = await killAndFinish(dir.path, file, 6, '1000');
      const summary = JSON.parse(last.out().trim()) as {
        read: number;
        events: Record<string, { stored: number }>;
      };
      // It went on where it was: had it begun again, it would have read everything.
      expect(summary.read).toBeLessThan(lines.length);
      await expectKept(join(dir.path, 'data'), lines);
    },
  );

  it('has them also when it reads a packed file at full speed', { timeout: 180_000 }, async () => {
    using dir = tempDir('kill-replay');
    const lines = crisis(12);
    const file = join(dir.path, 'posts.jsonl.gz');
    writeFileSync(file, gzipSync(`${lines.join('\r\n')}\r\n`));
    await killAndFinish(dir.path, file, 5, 'max');
    await expectKept(join(dir.path, 'data'), lines);
  });
});
