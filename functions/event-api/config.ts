// The event API's settings, a pure function of the environment that names the variable it cannot take.
import { z } from 'zod';
import { LEVELS } from '../../eventing/report.ts';

/** Who may call: see security.ts. */
export interface Access {
  /** only this machine can reach us */
  readonly loopback: boolean;
  readonly token: string | undefined;
}

const environment = z.object({
  HOST: z.string().trim().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
    .transform(Number)
    .pipe(z.number().max(65_535, 'must be a port number from 0 to 65535'))
    .default(8080),
  // A header cannot carry anything else.
  API_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
    .optional(),
  DATA_DIR: z.string().default('data'),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly access: Access;
  readonly dataDir: string;
  readonly logLevel: (typeof LEVELS)[number];
}

/** An empty variable counts as one that is not set. Throws an Error naming each variable and what is wrong with it. */
export function configOf(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = environment.safeParse(set);
  if (!read.success) {
    throw new Error(
      read.error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`).join('; '),
    );
  }
  const { HOST: host, PORT: port, API_TOKEN: token, DATA_DIR: dataDir, LOG_LEVEL: logLevel } = read.data;
  const loopback = isLoopback(host);
  if (!loopback && token === undefined) {
    throw new Error(
      `HOST is ${host}, which others can reach, and API_TOKEN is not set. Set API_TOKEN to a long random text, or HOST to 127.0.0.1.`,
    );
  }
  return { host, port, access: { loopback, token }, dataDir, logLevel };
}

/** Whether a host name or address, without a port, means this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
