// A PingSource in one process: sends a CloudEvent whenever its schedule says so. A run that fails is not tried again.
import { randomUUID } from 'node:crypto';
import { Cron } from 'croner';
import { type Activity, NAMESPACE, sinkUrl, type Surroundings } from './local-sink.ts';
import type { PingSource } from './schemas.ts';

/** Never runs twice at once: a run that is due during another is left out. */
export function startPingSource(source: PingSource, around: Surroundings): Activity {
  let run: Promise<void> = Promise.resolve();
  const { schedule, timezone = 'UTC' } = source.spec;
  const job = new Cron(schedule, { mode: '5-or-6-parts', protect: true, unref: true, timezone }, () => {
    run = ping(source, around);
    return run;
  });
  return {
    ready: async () => around.hasService(source.spec.sink.ref.name),
    stop: async () => {
      job.stop();
      await run;
    },
  };
}

async function ping({ metadata, spec }: PingSource, around: Surroundings): Promise<void> {
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': randomUUID(),
    'ce-type': 'dev.knative.sources.ping',
    'ce-source': `/apis/v1/namespaces/${NAMESPACE}/pingsources/${metadata.name}`,
    'ce-time': new Date().toISOString(),
    ...(spec.contentType === undefined ? {} : { 'content-type': spec.contentType }),
  };
  const body = spec.data === undefined ? null : Buffer.from(spec.data);
  try {
    const request = new Request(sinkUrl(spec.sink), { method: 'POST', headers, body });
    const response = await around.request(spec.sink.ref.name, request);
    await response.body?.cancel();
    if (!response.ok) around.report(`the sink answered ${response.status}`);
  } catch (error) {
    around.report(`could not be sent: ${String(error)}`);
  }
}
