// Tells whoever watches over the process that it still turns. Not whether it collects: a restart mends no engine and no X, and
// costs a gap.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WrongUsage } from './options.ts';

/** Answers every request with 200, to anybody; without a port to nobody. Throws {@link WrongUsage} for one that cannot be had. */
export async function serveHealth(port: string | undefined): Promise<{ close(): void }> {
  if (port === undefined || port === '') return { close: () => undefined };
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new WrongUsage(`HEALTH_PORT must be a port number; it is "${port}".`);
  const server = createServer((_, response) => response.end('ok\n'));
  try {
    server.listen(Number(port));
    await once(server, 'listening');
  } catch (cause) {
    throw new WrongUsage(`HEALTH_PORT ${port} cannot be had: ${String(cause)}`, { cause });
  }
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
