// Where Kafka is and how to log in, a pure function of the environment (design, section 4). Reads no file.
import { z } from 'zod';

export interface KafkaSettings {
  /** `host:port` */
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  /** PEM; instead of the authorities that Node knows */
  readonly caFile: string | undefined;
  readonly sasl: KafkaLogin | undefined;
}

export interface KafkaLogin {
  readonly mechanism: 'plain' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

const BROKERS = 'must be host:port, several separated by commas';

const broker = z
  .string()
  .trim()
  .regex(/^[^\s:/@]+:\d{1,5}$/, BROKERS)
  .refine((address) => portOf(address) > 0 && portOf(address) < 65_536, BROKERS);

const environment = z.object({
  KAFKA_BROKERS: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(broker)),
  KAFKA_SSL: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .optional(),
  KAFKA_CA_FILE: z.string().optional(),
  // Knative, which reads the same secret, writes them in capitals.
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['plain', 'scram-sha-512'], 'must be plain or scram-sha-512'))
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
});

type Environment = z.infer<typeof environment>;

/**
 * Undefined when KAFKA_BROKERS is not set; an empty variable counts as one that is not set.
 * Throws an Error naming each variable and what is wrong with it, never its value.
 */
export function kafkaSettings(env: Readonly<Record<string, string | undefined>>): KafkaSettings | undefined {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  if (set['KAFKA_BROKERS'] === undefined) return undefined;
  const read = environment.safeParse(set);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`);
    throw new Error([...new Set(problems)].join('; '));
  }
  const { KAFKA_BROKERS, KAFKA_SSL, KAFKA_CA_FILE } = read.data;
  if (KAFKA_CA_FILE !== undefined && KAFKA_SSL !== true) {
    throw new Error('KAFKA_CA_FILE is set, but KAFKA_SSL is not true: set it, or leave the file out');
  }
  return {
    brokers: KAFKA_BROKERS,
    ssl: KAFKA_SSL ?? false,
    caFile: KAFKA_CA_FILE,
    sasl: loginOf(read.data),
  };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function loginOf(env: Environment): KafkaLogin | undefined {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD } = env;
  const given = { KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD };
  if (mechanism === undefined) {
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined)
        throw new Error(`${name} is set, but KAFKA_SASL_MECHANISM (plain or scram-sha-512) is not`);
    }
    return undefined;
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) throw new Error(`${name} is not set, but KAFKA_SASL_MECHANISM is`);
  }
  return { mechanism, username: KAFKA_SASL_USERNAME ?? '', password: KAFKA_SASL_PASSWORD ?? '' };
}
