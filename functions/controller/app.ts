// The controller: hears that an event changed, and ticks. What it hears only says which event; the database says what is wanted.
import { Hono } from 'hono';
import { EVENT_CHANGED, fromHttp } from '../../eventing/cloud-events.ts';
import { eventCode } from '../../sql/crisis-event.ts';
import { reconcileAll, reconcileEvent, type ControllerDeps } from './reconcile.ts';

/** POST / for `event.changed`, POST /tick for a PingSource. 503 is our own failure: it is delivered again. */
export function controller(deps: ControllerDeps): Hono {
  const app = new Hono();
  app.post('/tick', async (context) => {
    await reconcileAll(deps);
    return context.body(null, 204);
  });
  app.post('/', async (context) => {
    const event = fromHttp(context.req.header(), new Uint8Array(await context.req.arrayBuffer()));
    const code = eventCode.safeParse(event?.subject).data;
    if (event?.type !== EVENT_CHANGED || code === undefined) {
      return context.json(
        { title: `Expected a CloudEvent of type ${EVENT_CHANGED} with an event's code as subject.` },
        422,
      );
    }
    await reconcileEvent(deps, code);
    return context.body(null, 204);
  });
  app.onError((error, context) => {
    deps.report(`The controller failed and will be asked again: ${error.message}`);
    return context.json({ title: error.message }, 503);
  });
  return app;
}
