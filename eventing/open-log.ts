// Which log: Kafka where its brokers are set, else a file on this machine.
import { openEmbeddedLog } from './embedded.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { Log } from './log.ts';

export interface LogChoice {
  readonly dataDir: string;
  readonly kafka: KafkaSettings | undefined;
}

/** `report` is told in words of what goes wrong with nobody waiting for it. */
export async function openLog(
  { dataDir, kafka }: LogChoice,
  report: (problem: string) => void,
): Promise<Log> {
  if (kafka === undefined) return openEmbeddedLog(dataDir);
  const { openKafkaLog } = await import('./kafka.ts');
  return openKafkaLog(kafka, report);
}
