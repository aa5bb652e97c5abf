// The normalizer's settings, a pure function of the environment that names the variable it cannot take.
import { type Level, LEVELS } from '../../eventing/report.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: Level;
}

/** An empty variable counts as one that is not set. Throws an Error that names the variable and what would be right. */
export function config(env: Env): Config {
  const port = env['PORT'] || '8080';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`PORT must be a port number from 0 to 65535, not "${port}".`);
  const level = env['LOG_LEVEL'] || 'info';
  const logLevel = LEVELS.find((name) => name === level);
  if (logLevel === undefined)
    throw new Error(`LOG_LEVEL must be one of ${LEVELS.join(', ')}, not "${level}".`);
  return {
    host: env['HOST'] || '127.0.0.1',
    port: Number(port),
    dataDir: env['DATA_DIR'] || 'data',
    logLevel,
  };
}
