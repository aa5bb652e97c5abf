// The event API's settings, a pure function of the environment that names the variable it cannot take.
import { z } from 'zod';
import { type Env, readEnv, type Settings, settingsOf } from '../settings.ts';

/** Who may call: see security.ts. */
export interface Access {
  /** only this machine can reach us */
  readonly loopback: boolean;
  readonly token: string | undefined;
}

const environment = z.object({
  // A header cannot carry anything else.
  API_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
    .optional(),
});

export interface Config extends Settings {
  readonly access: Access;
}

/** An empty variable counts as one that is not set. Throws an Error naming each variable and what is wrong with it. */
export function configOf(env: Env): Config {
  const settings = settingsOf(env);
  const { API_TOKEN: token } = readEnv(environment, env);
  const { host } = settings;
  const loopback = isLoopback(host);
  if (!loopback && token === undefined) {
    throw new Error(
      `HOST is ${host}, which others can reach, and API_TOKEN is not set. Set API_TOKEN to a long random text, or HOST to 127.0.0.1.`,
    );
  }
  return { ...settings, access: { loopback, token } };
}

/** Whether a host name or address, without a port, means this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
