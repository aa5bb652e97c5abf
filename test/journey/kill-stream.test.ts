import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../sql/crisis-event.ts';
import type { Recorded } from '../../tracker/x-simulator/recording.ts';
import { sampleEvents } from '../../tracker/x-simulator/sample-events.ts';
import { comparable, keptOf } from './kept.ts';
import { keywordsIn, plainRow, readMessage } from './plain-reading.ts';
import { freePort, kill, startNode, stop, tempDir, type Started } from './running.ts';

const KILLS = 10;
const wanted = sampleEvents.map(({ name, keywords }) => ({ code: codeOf(name), name, keywords }));

interface Outage {
  readonly from: number;
  to: number;
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await setTimeout(20)) {
    if (await condition()) return;
  }
  throw new Error('it did not come true within 30 s');
}

interface Seen {
  readonly connected: boolean;
  /** since the simulator started */
  readonly connections: number;
}

async function seen(simulator: string): Promise<Seen> {
  const answer = await fetch(`${simulator}/simulator`);
  return (await answer.json()) as Seen;
}

/** Not the connection of a process that was just killed, which the simulator may yet have to notice. */
async function connectedAgain(simulator: string, before: number): Promise<boolean> {
  const { connected, connections } = await seen(simulator);
  return connected && connections > before;
}

describe('a tracker on a live stream that is killed at random moments', () => {
  it(
    'has every post that was sent while it listened exactly once; all others lie in a gap',
    { timeout: 240_000 },
    async () => {
      using dir = tempDir('kill-stream');
      const record = join(dir.path, 'recorded.jsonl');
      const port = await freePort();
      const simulator = startNode([
        'tracker/x-simulator/main.ts',
        '--port',
        `${port}`,
        '--seed',
        '5',
        '--rate',
        '300',
        '--rule-delay',
        '0',
        '--record',
        record,
      ]);
      const url = `http://127.0.0.1:${port}`;
      await waitFor(() =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      );
      const data = join(dir.path, 'data');
      const begin = async (): Promise<Started> => {
        const env = {
          DATA_DIR: data,
          SOURCE: 'x',
          X_API_URL: url,
          X_BEARER_TOKEN: 'token',
          PORT: `${await freePort()}`,
        };
        return startNode(
          [
            'local.ts',
            ...wanted.flatMap(({ name, keywords }) => ['--event', `${name}=${keywords.join(',')}`]),
          ],
          env,
        );
      };
      const outages: Outage[] = [{ from: 0, to: 0 }];
      let running = await begin();
      let before = 0;
      for (let killed = 0; killed < KILLS; killed += 1) {
        await waitFor(() => connectedAgain(url, before));
        outages.at(-1)!.to = Date.now();
        await setTimeout(Math.random() * 3_000);
        outages.push({ from: Date.now(), to: Infinity });
        await kill(running);
        before = (await seen(url)).connections;
        running = await begin();
      }
      await waitFor(() => connectedAgain(url, before));
      outages.at(-1)!.to = Date.now();
      await setTimeout(3_000);
      const stoppedAt = Date.now();
      expect(await stop(running), running.err()).toBe(143);
      await stop(simulator);

      const recorded = readFileSync(record, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Recorded);
      expect(recorded.length).toBeGreaterThan(5_000);
      const tags = tagsOf(recorded);
      for (const { code, keywords } of wanted) {
        const { rows, gaps } = await keptOf(data, code);
        const kept = comparable(rows);
        expect(kept.size).toBe(rows.length);
        expect(kept.size).toBeGreaterThan(200);
        let lost = 0;
        for (const { at, matching, line } of recorded) {
          const message = readMessage(line);
          if (message === undefined || !matching.includes(tags.get(code)!)) continue;
          const row = kept.get(message.data.id);
          if (row !== undefined) {
            expect(row).toEqual(plainRow(code, message, keywordsIn(message, keywords)));
            kept.delete(message.data.id);
            continue;
          }
          lost += 1;
          const time = Date.parse(at);
          expect(
            gaps.some(({ from, to }) => Date.parse(from) <= time && (to === null || time <= Date.parse(to))),
            `${code} lacks ${message.data.id} of ${at}; gaps ${JSON.stringify(gaps)}, outages ${JSON.stringify(outages)}, stopped ${stoppedAt}`,
          ).toBe(true);
          // Only what was sent while nobody listened, or was under way when the process died, may be missing.
          const unheard = outages.some(({ from, to }) => time >= from - 1_000 && time <= to + 1_000);
          expect(
            unheard || time >= stoppedAt - 1_000,
            `${message.data.id} of ${at} was received and is not stored`,
          ).toBe(true);
        }
        expect(lost).toBeGreaterThan(0);
        expect([...kept.keys()], 'rows that nobody sent').toEqual([]);
      }
    },
  );
});

/** Which tag stands for which event: the one that most of its keywords' posts carry. */
function tagsOf(recorded: readonly Recorded[]): Map<string, string> {
  const tags = new Map<string, string>();
  for (const { code, keywords } of wanted) {
    const counts = new Map<string, number>();
    for (const { matching, line } of recorded.slice(0, 3_000)) {
      const message = readMessage(line);
      if (message === undefined || keywordsIn(message, keywords).length === 0) continue;
      for (const tag of matching) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    }
    tags.set(code, [...counts].toSorted((a, b) => b[1] - a[1])[0]![0]);
  }
  return tags;
}
