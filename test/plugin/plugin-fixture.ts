// The kn plugin in this process, against an event API on a socket.
import { run, type Ended } from '../../knative/plugin/run.ts';
import { serveApi } from '../event-api/fixture.ts';
import type { Api } from '../event-api/fixture.ts';

export type Plugin = Api & {
  readonly url: string;
  kn(...args: string[]): Promise<Ended>;
  /** what it printed; throws when it did not end well */
  says(...args: string[]): Promise<string>;
};

export async function openPlugin(token?: string): Promise<Plugin> {
  const api = await serveApi({ access: { loopback: true, token } });
  const env = { EPICENTER_URL: api.url, ...(token === undefined ? {} : { API_TOKEN: token }) };
  const kn = (...args: string[]): Promise<Ended> => run(args, env);
  return {
    ...api,
    kn,
    async says(...args) {
      const { status, out, err } = await kn(...args);
      if (status !== 0 || err !== '') throw new Error(`${args.join(' ')} ended with ${status}: ${err}`);
      return out;
    },
  };
}

/** A table's cells, which are at least three blanks apart. */
export function cells(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
}
