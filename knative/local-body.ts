// Follows a response's body to its end, so that a service knows when it is done with a request, and can cut it.

/**
 * The same response; `done` is called once its body is read to the end, given up by its reader, or cut because
 * `signal` aborted. The reader of a cut body gets an error.
 */
export function followBody(response: Response, signal: AbortSignal, done: () => void): Response {
  if (response.body === null) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const cut = (): void => {
    done();
    // What the function still wanted to say has no reader; that it cannot say it is no news.
    reader.cancel(signal.reason).catch(() => undefined);
  };
  const end = (): void => {
    signal.removeEventListener('abort', cut);
    done();
  };
  if (signal.aborted) cut();
  else signal.addEventListener('abort', cut, { once: true });

  const followed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done: isEnd, value } = await reader.read();
          signal.throwIfAborted();
          if (!isEnd) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        return end();
      },
      async cancel(reason) {
        end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(followed, { status, statusText, headers });
}
