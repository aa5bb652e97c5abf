// A replay from the command line: cut off, interrupted, repeated, for other events, from a pipe.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import {
  dir,
  epicenter,
  fileOf,
  FLOOD,
  ids,
  idsIn,
  post,
  rejectedIn,
  replayed,
  summaryOf,
} from './command-line.ts';
import { keptOf } from './kept.ts';
import { kill, startNode, type Started } from './running.ts';

describe('a replay', () => {
  it('of an empty file reads nothing and succeeds', async () => {
    expect(await replayed('empty', ['--replay', fileOf('empty.jsonl', ''), ...FLOOD])).toEqual({
      read: 0,
      rejected: 0,
      events: { flood: { matched: 0, stored: 0 } },
    });
  });

  it('of a packed file that is cut off stores what can be read, says so and exits with 2', async () => {
    // Digits that hardly pack: half of the packed file is about half of the posts.
    const lines = Array.from({ length: 2_000 }, (_, n) =>
      post(n, `flood ${n} ${Math.random()} ${Math.random()}`),
    );
    const whole = gzipSync(lines.join('\n'));
    const cut = fileOf('cut.jsonl.gz', whole.subarray(0, whole.length / 2));
    const running = epicenter('cut', ['--once', '--replay', cut, ...FLOOD]);
    expect(await running.ended).toBe(2);
    expect(running.err()).toContain('is cut off');
    const { read, rejected, events } = summaryOf(running);
    expect(read).toBeGreaterThan(500);
    // Where it is cut off there is half a line.
    expect(rejected).toBe(1);
    expect(events['flood']).toEqual({ matched: read - 1, stored: read - 1 });
    const { messages } = await keptOf(join(dir.path, 'cut'), 'flood');
    expect(messages.toSorted()).toEqual(lines.slice(0, read - 1).toSorted());
    const [half] = await rejectedIn('cut');
    expect(lines[read - 1]!.startsWith(Buffer.from(half!.bytes).toString())).toBe(true);
  });

  it('goes on where Ctrl-C stopped it, and begins again for other keywords', async () => {
    const lines = Array.from({ length: 3_000 }, (_, n) =>
      post(n, `flood ${n} ${n % 2 === 0 ? 'storm' : 'rain'}`),
    );
    const file = fileOf('long.jsonl', lines.join('\n'));
    const interrupted = async (rate: string): Promise<void> => {
      const running = epicenter('resumed', ['--replay', file, '--rate', rate, ...FLOOD]);
      await vi.waitFor(() => expect(running.err()).toContain('The page is at'), 10_000);
      await setTimeout(1_000);
      const at = performance.now();
      running.process.kill('SIGINT');
      expect(await running.ended, running.err()).toBe(130);
      expect(performance.now() - at).toBeLessThan(2_000);
      expect(running.out()).toBe('');
    };
    await interrupted('1000');
    const first = (await idsIn('resumed')).length;
    // It reads next to nothing, and yet what was read before is not forgotten.
    await interrupted('0.1');
    const rest = await replayed('resumed', ['--replay', file, ...FLOOD]);
    expect(first).toBeGreaterThan(0);
    expect(rest.read).toBeLessThanOrEqual(3_000 - first);
    expect(rest.events['flood']!.stored).toBe(3_000);

    const storm = await replayed('resumed', ['--replay', file, '--event', 'Storm=storm']);
    expect(storm).toMatchObject({
      read: 3_000,
      events: { flood: { stored: 3_000 }, storm: { matched: 1_500, stored: 1_500 } },
    });
  });

  it('leaves an existing event as it is, and says so', async () => {
    const file = fileOf('two.jsonl', `${post(1, 'flood')}\n${post(2, 'fire')}`);
    await replayed('existing', ['--replay', file, '--event', ' Flood = flood , flood']);
    const same = epicenter('existing', ['--once', '--replay', file, '--event', 'Flood=flood,flood']);
    expect(await same.ended).toBe(0);
    expect(same.err()).not.toContain('stays as it is');
    const other = epicenter('existing', ['--once', '--replay', file, '--event', 'Flood=fire']);
    expect(await other.ended).toBe(0);
    expect(other.err()).toMatch(/flood stays as it is, with the keywords: flood/);
    expect(summaryOf(other).events).toEqual({ flood: { matched: 1, stored: 1 } });
  });

  it('of a silent pipe stores what came and ends at Ctrl-C', async () => {
    const pipe = join(dir.path, 'fifo');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const writer = spawnWriter(pipe, `${post(1)}\n`);
    const running = epicenter('pipe', ['--once', '--replay', pipe, ...FLOOD]);
    await vi.waitFor(async () => expect(await idsIn('pipe')).toEqual(ids(1)), {
      timeout: 8_000,
      interval: 200,
    });
    const at = performance.now();
    running.process.kill('SIGINT');
    expect(await running.ended, running.err()).toBe(130);
    expect(performance.now() - at).toBeLessThan(2_000);
    await kill(writer);
  });
});

/** Opens the pipe, writes, and keeps it open. */
function spawnWriter(pipe: string, text: string): Started {
  const script = `const out = require('fs').createWriteStream(process.argv[1]); out.write(process.argv[2]); setInterval(() => {}, 1000);`;
  return startNode(['-e', script, pipe, text]);
}
