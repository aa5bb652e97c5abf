// kafkajs as the other kafka-*.ts files use it: its settings, its log in our words, and the parts of it that it does not
// export. What it gets wrong on Node 24 and Kafka 4 is put right here and in kafkajs-mended.ts.
import type { Kafka as KafkaClient, SASLOptions, logCreator } from 'kafkajs';
import type InnerCluster from 'kafkajs/src/cluster/index.js';
import { Cluster, Kafka, createSocketFactory, logLevel } from './kafkajs-mended.ts';
import type { KafkaLogin, KafkaSettings } from './kafka-settings.ts';

/** Told of what somebody must know; never of what is tried again with success. */
export type Report = (problem: string) => void;

/** A request that is not answered for so long is lost: the connection is closed. */
export const REQUEST_TIMEOUT_MS = 8_000;
/** isolation level */
export const READ_COMMITTED = 1;
const CONNECT_TIMEOUT_MS = 3_000;
const SAME_PROBLEM_MS = 60_000;

/** How kafkajs tries again by itself; above it everything is tried again with a new client, which forgets all it knew. */
export const RETRY = { initialRetryTime: 100, factor: 0.2, multiplier: 2, maxRetryTime: 1_000 };

export interface Client {
  /** A new one for each consumer: those of one `Kafka` share their groups' offsets by mistake. */
  kafka(): KafkaClient;
  /** Of a single topic, without a group: kafkajs's own consumer cannot be without. */
  cluster(): InnerCluster;
}

export function openClient(settings: KafkaSettings, ca: string | undefined, report: Report): Client {
  const { ssl, sasl } = settings;
  const config = {
    clientId: 'epicenter',
    brokers: [...settings.brokers],
    ssl: ssl && ca !== undefined ? { ca: [ca] } : ssl,
    ...(sasl === undefined ? {} : { sasl: login(sasl) }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // One try more than there are brokers to try.
    retry: { ...RETRY, retries: settings.brokers.length + 1 },
    logLevel: logLevel.ERROR,
    logCreator: inOurWords(report),
  };
  const kafka = (): KafkaClient => new Kafka(config);
  return {
    kafka,
    cluster: () =>
      new Cluster({
        ...config,
        // Clusters know neither of these settings' short forms nor their defaults.
        ssl: config.ssl === false ? null : config.ssl === true ? {} : config.ssl,
        logger: kafka().logger(),
        socketFactory: createSocketFactory(),
        enforceRequestTimeout: true,
        authenticationTimeout: REQUEST_TIMEOUT_MS,
        reauthenticationThreshold: REQUEST_TIMEOUT_MS,
        metadataMaxAge: 300_000,
        allowAutoTopicCreation: false,
        isolationLevel: READ_COMMITTED,
      }),
  };
}

/** kafkajs tells its mechanisms apart by type. */
function login({ mechanism, username, password }: KafkaLogin): SASLOptions {
  return mechanism === 'plain' ? { mechanism, username, password } : { mechanism, username, password };
}

/**
 * Only trouble with a broker's connection is told, and the same once a minute: every other failure either passes by
 * itself (a coordinator that loads) or reaches whoever made the call.
 */
function inOurWords(report: Report): logCreator {
  const told = new Map<string, number>();
  return () =>
    ({ namespace, level, log }) => {
      if (level !== logLevel.ERROR || namespace !== 'Connection') return;
      const broker: unknown = log['broker'];
      const reason = log.message.replace(/^Connection error: /, '');
      if (typeof broker !== 'string' || reason.startsWith('Response ')) return;
      const problem = `Kafka broker ${broker} cannot be reached: ${reason}`;
      const now = Date.now();
      if (now - (told.get(problem) ?? -Infinity) < SAME_PROBLEM_MS) return;
      told.set(problem, now);
      report(problem);
    };
}
