// Ends event streams when the server stops: they would go on for minutes, and a browser comes back by itself.

/** The same answer, but an event stream's body ends, in good form, when `signal` aborts. */
export function endWith(signal: AbortSignal, response: Response): Response {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream') || response.body === null) return response;
  return new Response(until(signal, response.body), { status: response.status, headers: response.headers });
}

function until(signal: AbortSignal, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  // Not the listener option `signal`: Node 24 loses all but the newest of a target's once garbage is collected.
  let listener: (() => void) | undefined;
  const over = (): void => {
    if (listener !== undefined) signal.removeEventListener('abort', listener);
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const stop = (): void => {
          controller.close();
          void reader.cancel();
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
        listener = stop;
      },
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value);
        over();
        controller.close();
      },
      cancel: (reason) => {
        over();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
