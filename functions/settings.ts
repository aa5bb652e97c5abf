// What every function's process is told by its environment: where it listens, where the engines are. A pure function of it.
import { z } from 'zod';
import { kafkaSettings, type KafkaSettings } from '../eventing/kafka-settings.ts';
import { LEVELS, type Level } from '../eventing/report.ts';
import { cassandraSettings, type CassandraSettings } from '../sql/cassandra-settings.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const environment = z.object({
  HOST: z.string().trim().default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
    .transform(Number)
    .pipe(z.number().max(65_535, 'must be a port number from 0 to 65535'))
    .default(8080),
  DATA_DIR: z.string().default('data'),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
});

export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly logLevel: Level;
  /** of the embedded engines */
  readonly dataDir: string;
  /** undefined: the embedded log */
  readonly kafka: KafkaSettings | undefined;
  /** undefined: the embedded store */
  readonly cassandra: CassandraSettings | undefined;
}

/** An empty variable counts as one that is not set. Throws an Error naming each variable and what is wrong with it. */
export function settingsOf(env: Env): Settings {
  const { HOST: host, PORT: port, DATA_DIR: dataDir, LOG_LEVEL: logLevel } = readEnv(environment, env);
  return {
    host,
    port,
    logLevel,
    dataDir,
    kafka: kafkaSettings(env),
    cassandra: cassandraSettings(env),
  };
}

/** What `schema` makes of `env`. Throws an Error naming each variable and what is wrong with it. */
export function readEnv<T extends z.ZodType>(schema: T, env: Env): z.infer<T> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = schema.safeParse(set);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`);
  throw new Error(problems.join('; '));
}
