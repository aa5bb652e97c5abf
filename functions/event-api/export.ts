// An event's messages as a download: streamed as fast as the reader takes them, in constant memory.
// Where the part ends is the store's to decide, before the first byte.
import type { Context } from 'hono';
import type { Report } from '../../eventing/report.ts';
import type { Messages, Range } from '../../sql/store.ts';

const LINE_FEED = Buffer.from('\n');
type Chunks = AsyncIterator<readonly Uint8Array[]>;

export async function exportMessages(
  c: Context,
  range: Range,
  messages: Messages,
  report: Report,
): Promise<Response> {
  const chunks = messages.chunks[Symbol.asyncIterator]();
  // Begun before the answer is: what fails at once is an error with a status, and what has begun can be let go of.
  const first = await chunks.next();
  c.header('content-type', 'application/x-ndjson');
  if (messages.rest !== undefined) c.header('link', nextLink(c.req.path, range, messages.rest));
  if (c.req.method === 'HEAD') {
    await chunks.return?.();
    return c.body(null);
  }
  return c.body(
    streamOf(chunks, first, (error) => report('error', `An export broke off: ${c.req.path}`, error)),
  );
}

function nextLink(path: string, { until }: Range, rest: number): string {
  const query = new URLSearchParams({ since: new Date(rest).toISOString() });
  if (until !== undefined) query.set('until', new Date(until).toISOString());
  return `<${path}?${query.toString()}>; rel="next"`;
}

function streamOf(
  chunks: Chunks,
  first: Awaited<ReturnType<Chunks['next']>>,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  let next = async (): Promise<typeof first> => first;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await next();
          if (done === true) return controller.close();
          controller.enqueue(Buffer.concat(value.flatMap((message) => [message, LINE_FEED])));
          next = () => chunks.next();
        } catch (error) {
          failed(error);
          // The connection is cut, so that nobody takes a part for the whole.
          throw error;
        }
      },
      cancel: async () => {
        await chunks.return?.();
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  );
}
