// Ports that nobody listens at, below the range that the system hands to outgoing connections: an engine that is
// down for a while finds its port free again, and no client that tries it can connect to itself.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const FIRST = 12_000;
const LAST = 32_000;

export async function freePorts(host: string, count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries += 1) {
    if (tries > 1000) throw new Error(`no free port on ${host} between ${FIRST} and ${LAST}`);
    const port = randomInt(FIRST, LAST);
    if (await isFree(host, port)) ports.add(port);
  }
  return [...ports];
}

/** True when one can listen there now. Throws when the address is none of this machine's. */
export async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** True when somebody accepts connections there now. */
export async function canConnect(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // refused or unreachable: whoever asks will ask again
  } finally {
    socket.destroy();
  }
}
