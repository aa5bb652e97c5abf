// What the KafkaSource on `collection` brings: the tracker's rare notes, kept so that a collection can say how complete it is.
// The answers decide what Knative does: 422 is a dead letter at once, 503 is tried again (facts/knative §1.3).
import type { Hono } from 'hono';
import { z } from 'zod';
import { COLLECTION_NOTED, fromHttp } from '../../eventing/cloud-events.ts';
import type { Delivered } from '../../eventing/cloud-events.ts';
import { note } from '../../eventing/collection.ts';
import type { Note } from '../../eventing/collection.ts';
import type { Report } from '../../eventing/report.ts';
import { eventCode } from '../../sql/crisis-event.ts';
import type { Rejected } from '../../sql/ledger.ts';
import type { Store } from '../../sql/store.ts';
import { checked } from './input.ts';
import { Problem } from './problem.ts';

export interface DeliveryDeps {
  readonly store: Store;
  readonly report: Report;
}

/** Adds `POST /deliveries`: 204 kept (also when it was kept before), 422 no note of ours, 503 the store does not take it. */
export function mountDeliveries(app: Hono, deps: DeliveryDeps): void {
  app.post('/deliveries', async (c) => {
    const data = new Uint8Array(await c.req.arrayBuffer());
    const delivered = fromHttp(c.req.header(), data);
    if (delivered === undefined) throw new Problem(422, 'This is no CloudEvent in binary mode.');
    const save = savingOf(deps, delivered);
    try {
      await save();
    } catch (cause) {
      deps.report('error', `A note could not be kept and will come again: ${delivered.id}`, cause);
      throw new Problem(503, 'The note could not be kept. Send it again.');
    }
    return c.body(null, 204);
  });
}

/** What is to be done for a delivery, all of it checked. Throws a {@link Problem} 422. */
function savingOf({ store, report }: DeliveryDeps, delivered: Delivered): () => Promise<void> {
  const noted = noteOf(delivered);
  switch (noted.kind) {
    case 'event.released':
      return () => store.saveRelease(noted.event, noted.version);
    case 'lines.rejected': {
      const rejected = rejectedOf(noted, subjectOf(delivered));
      const more = `The tracker rejected ${noted.more} more lines than it sent along.`;
      if (noted.more > 0) report('warning', more);
      return () => store.saveRejected(rejected);
    }
    case 'rule.refused':
      return async () => report('warning', `X refused a rule of ${noted.event}: ${noted.reason}`);
    default: {
      const { kind: _, ...gap } = noted;
      return () => store.saveGap(gap);
    }
  }
}

function noteOf({ type, data }: Delivered): Note {
  if (type !== COLLECTION_NOTED) throw new Problem(422, `Only ${COLLECTION_NOTED} is taken here.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch (cause) {
    throw new Problem(422, 'The data is no JSON.', [{ field: 'body', message: String(cause) }]);
  }
  return checked(note, value);
}

/** Of lines that belong to no event it is empty. */
function subjectOf({ subject }: Delivered): string {
  return subject === undefined ? '' : checked(z.object({ subject: eventCode }), { subject }).subject;
}

type RejectedNote = Extract<Note, { kind: 'lines.rejected' }>;

function rejectedOf({ lines }: RejectedNote, event: string): Rejected[] {
  return lines.map((line, index) => {
    const bytes = Buffer.from(line.bytes, 'base64');
    if (bytes.toString('base64') !== line.bytes) {
      const field = `lines.${index}.bytes`;
      throw new Problem(422, 'A rejected line is damaged.', [{ field, message: 'This is no base64.' }]);
    }
    return { ...line, event, bytes, at: Date.parse(line.at) };
  });
}
