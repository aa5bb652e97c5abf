import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chunksOf, connect } from '../../tracker/x-connection.ts';
import { serve } from './x-server.ts';

async function read(
  answer: (response: ServerResponse) => Promise<void>,
  enough: (bytes: number) => boolean,
): Promise<Buffer[]> {
  await using server = await serve({ 'GET stream': (response) => void answer(response) });
  const stop = new AbortController();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(await connect(server.url, 't', stop.signal), stop.signal)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (enough(bytes)) stop.abort();
  }
  return chunks;
}

describe('chunksOf', () => {
  it('gives in few chunks what comes drop by drop, and all of it', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `{"data":{"id":"${n}","text":"flood"}}\r\n`);
    const dripping = async (response: ServerResponse): Promise<void> => {
      for (const line of lines) {
        response.write(line);
        await sleep(10);
      }
    };
    const chunks = await read(dripping, (bytes) => bytes === lines.join('').length);
    expect(Buffer.concat(chunks).toString()).toBe(lines.join(''));
    expect(chunks.length).toBeLessThan(lines.length / 4);
  });

  it('reads a fast stream without a pause', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const pieces = 512;
    const pouring = async (response: ServerResponse): Promise<void> => {
      for (let n = 0; n < pieces; n += 1) if (!response.write(piece)) await once(response, 'drain');
    };
    const began = performance.now();
    await read(pouring, (bytes) => bytes === pieces * piece.length);
    // A pause behind each reading would take more than a minute.
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});
