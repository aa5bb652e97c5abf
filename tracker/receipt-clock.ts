// When a post was received: RFC 3339 with microseconds, never the same twice, so that the later of two copies is known.

export function receiptClock(now: () => number): () => string {
  let last = 0;
  let second = -1;
  let prefix = '';
  return () => {
    last = Math.max(last + 1, now() * 1_000);
    const current = Math.floor(last / 1_000_000);
    if (current !== second) {
      second = current;
      prefix = new Date(current * 1_000).toISOString().slice(0, 20);
    }
    return `${prefix}${String(last % 1_000_000).padStart(6, '0')}Z`;
  };
}
