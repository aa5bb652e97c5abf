// What keeps a Kafka cluster from taking records, or from keeping those that it took, in words for a person.
import { RESOURCE, type Ask } from './kafka-admin.ts';
import { messageOf } from './kafka-errors.ts';
import { within } from './kafka-waiting.ts';

const ANSWER_WITHIN_MS = 5_000;

/** What decides how many copies an acknowledged record has. */
export interface Safety {
  readonly brokers: number;
  readonly replication: number;
  readonly minInSync: number;
  readonly uncleanElection: boolean;
}

/** By each topic, or of what the brokers have as their default for topics to come. */
export async function problemsOf(ask: Ask, brokers: readonly string[]): Promise<string[]> {
  try {
    return problemsWith(await within(ANSWER_WITHIN_MS, safetyOf(ask)));
  } catch (error) {
    return [
      `It takes no records: the Kafka brokers ${brokers.join(', ')} cannot be reached: ${messageOf(error)}`,
    ];
  }
}

export function problemsWith({ brokers, replication, minInSync, uncleanElection }: Safety): string[] {
  const problems: string[] = [];
  if (replication < 2)
    problems.push(
      `A record has one copy on one disk: new topics get one replica (default.replication.factor ${replication}, ${brokers} broker${brokers === 1 ? '' : 's'}). Three brokers and three replicas survive the loss of one.`,
    );
  else if (minInSync < 2)
    problems.push(
      `A record may be acknowledged with one copy on one disk: min.insync.replicas is ${minInSync}. Set it to 2.`,
    );
  if (replication >= 2 && minInSync >= replication)
    problems.push(
      `It takes no records while one broker is away: min.insync.replicas is ${minInSync} of ${replication} replicas.`,
    );
  if (uncleanElection)
    problems.push(
      'Acknowledged records may be lost: unclean.leader.election.enable is true. Set it to false.',
    );
  return problems;
}

async function safetyOf(ask: Ask): Promise<Safety> {
  const { brokers, controller } = await ask((admin) => admin.describeCluster());
  const name = String(controller ?? brokers[0]?.nodeId);
  const { resources } = await ask((admin) =>
    admin.describeConfigs({
      resources: [
        {
          type: RESOURCE.broker,
          name,
          configNames: [
            'default.replication.factor',
            'min.insync.replicas',
            'unclean.leader.election.enable',
          ],
        },
      ],
      includeSynonyms: false,
    }),
  );
  const values = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  return {
    brokers: brokers.length,
    replication: Number(values.get('default.replication.factor')),
    minInSync: Number(values.get('min.insync.replicas')),
    uncleanElection: values.get('unclean.leader.election.enable') === 'true',
  };
}
