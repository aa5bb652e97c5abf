// Who holds the app's one stream, and who held it: X's own view of connections (facts/x-api §1.4), which may believe in a
// reader that is long gone.
import { randomUUID } from 'node:crypto';
import { TOO_MANY_CONNECTIONS, type Answer } from './answer.ts';
import type { Clock } from './clock.ts';
import type { Connection, Cut } from './connection.ts';

/** A second connect is refused, or closes the first: X's documentation says both. */
export type SecondConnect = 'refuse' | 'replace';

interface Held {
  readonly id: string;
  readonly connectedAt: number;
  disconnectedAt: number | undefined;
  reason: string | undefined;
  /** undefined when nobody is there, although X has not noticed */
  connection: Connection | undefined;
}

export interface Connections {
  readonly clock: Clock;
  current: Held | undefined;
  readonly past: Held[];
}

const MOST_PAST = 100;

export const noConnections = (clock: Clock): Connections => ({ clock, current: undefined, past: [] });

/** The stream that posts are written to. */
export const streamOf = ({ current }: Connections): Connection | undefined => current?.connection;

/** Why nobody may connect now; makes room where a new connect may. */
export function makeRoom(connections: Connections, second: SecondConnect): Answer | undefined {
  if (connections.current === undefined) return undefined;
  if (second === 'refuse') return TOO_MANY_CONNECTIONS;
  end(connections, 'clean', 'replaced by a newer connection');
  return undefined;
}

/** `lingerMs` is how long X takes a reader that left by itself to be still there. */
export function hold(
  connections: Connections,
  open: (gone: () => void) => Connection,
  lingerMs: () => number,
): void {
  const { clock } = connections;
  const held: Held = {
    id: randomUUID(),
    connectedAt: clock.now(),
    disconnectedAt: undefined,
    reason: undefined,
    connection: undefined,
  };
  connections.current = held;
  held.connection = open(() => {
    held.connection = undefined;
    const forget = (): void => leave(connections, held, 'client disconnected');
    if (lingerMs() === 0) forget();
    else clock.after(lingerMs(), forget);
  });
}

function leave(connections: Connections, held: Held, reason: string): void {
  if (connections.current !== held) return;
  connections.current = undefined;
  held.disconnectedAt = connections.clock.now();
  held.reason = reason;
  connections.past.push(held);
  if (connections.past.length > MOST_PAST) connections.past.shift();
}

/** Whether X believed in a reader. The place is free at once, however long the reader takes to notice. */
export function end(connections: Connections, how: Cut, reason: string): boolean {
  const { current } = connections;
  if (current === undefined) return false;
  leave(connections, current, reason);
  current.connection?.cut(how);
  return true;
}

/** GET /2/connections: "Get Connection History" in X's documentation. */
export function listConnections({ current, past }: Connections, query: URLSearchParams): Answer {
  const status = query.get('status') ?? 'active';
  const all = [...(current === undefined ? [] : [current]), ...past.toReversed()];
  const wanted = all.filter((held) => status === 'all' || (held === current) === (status === 'active'));
  const data = wanted.map((held) => ({
    id: held.id,
    endpoint_name: 'filtered_stream',
    connected_at: new Date(held.connectedAt).toISOString(),
    ...(held.disconnectedAt !== undefined && {
      disconnected_at: new Date(held.disconnectedAt).toISOString(),
      disconnect_reason: held.reason,
    }),
    client_ip: '127.0.0.1',
  }));
  const meta = { result_count: data.length };
  return { status: 200, body: data.length === 0 ? { meta } : { data, meta } };
}

/** DELETE /2/connections and below: "Terminate multiple connections" in X's documentation; `ids` undefined means all. */
export function killConnections(connections: Connections, ids: readonly string[] | undefined): Answer {
  const { current } = connections;
  const wanted = ids ?? (current === undefined ? [] : [current.id]);
  const results = wanted.map((uuid) => {
    const isKilled = uuid === connections.current?.id && end(connections, 'clean', 'killed by the app');
    return isKilled
      ? { uuid, success: true }
      : { uuid, success: false, error_message: 'There is no such connection.' };
  });
  const killed = results.filter(({ success }) => success).length;
  const data = { successful_kills: killed, failed_kills: results.length - killed, results };
  return { status: 200, body: { data } };
}
