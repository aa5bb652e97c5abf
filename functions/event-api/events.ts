// What can be done with events: saved first, then announced. The JSON API and the pages both call this.
// What an announcement sets in motion is the controller's and the tracker's.
import { codeOf } from '../../sql/crisis-event.ts';
import type { CrisisEvent, EventStatus } from '../../sql/crisis-event.ts';
import type { Store } from '../../sql/store.ts';
import { announce, announceAll } from './announce.ts';
import type { AnnounceDeps } from './announce.ts';
import { checked, eventPatch, newEvent } from './input.ts';
import type { EventPatch } from './input.ts';
import { Problem } from './problem.ts';

/** All reject with a {@link Problem}: 404, 409 taken or not allowed, 412 stale `ifVersion`, 422 with the fields. */
export interface Events {
  list(): Promise<CrisisEvent[]>;
  get(code: string): Promise<CrisisEvent>;
  create(input: unknown): Promise<CrisisEvent>;
  /** A patch that changes nothing makes no new version. */
  change(code: string, patch: unknown, ifVersion?: number): Promise<CrisisEvent>;
  archive(code: string, ifVersion?: number): Promise<CrisisEvent>;
  /** From any status, by way of archived. Deleting what was stored is the controller's. */
  purge(code: string, ifVersion?: number): Promise<CrisisEvent>;
  /** Announces every event again; how many there are. Also rejects with 503. */
  refresh(): Promise<number>;
}

export interface EventsDeps extends AnnounceDeps {
  readonly store: Store;
  readonly now: () => Date;
}

const NEXT: Record<EventStatus, readonly EventStatus[]> = {
  active: ['paused', 'archived'],
  paused: ['active', 'archived'],
  archived: ['purged'],
  purged: [],
};

// Several people may edit at once; more lost races than this in a row mean that something else is wrong.
const TRIES = 10;
const HOUR_MS = 3_600_000;

export function events(deps: EventsDeps): Events {
  return {
    list: () => deps.store.events(),
    get: (code) => get(deps, code),
    create: (input) => create(deps, input),
    change: (code, patch, ifVersion) => change(deps, code, checked(eventPatch, patch), ifVersion),
    archive: (code, ifVersion) => change(deps, code, { status: 'archived' }, ifVersion),
    purge: (code, ifVersion) => purge(deps, code, ifVersion),
    refresh: () => refresh(deps),
  };
}

async function get(deps: EventsDeps, code: string): Promise<CrisisEvent> {
  const event = await deps.store.event(code);
  if (event === undefined) throw new Problem(404, 'There is no event with this code.');
  return event;
}

async function create(deps: EventsDeps, input: unknown): Promise<CrisisEvent> {
  const { name, keywords, description, catchUpHours } = checked(newEvent, input);
  const now = deps.now();
  const at = now.toISOString();
  const since = new Date(now.getTime() - catchUpHours * HOUR_MS).toISOString();
  const coded = (code: string): CrisisEvent => ({
    code,
    name,
    description,
    keywords,
    status: 'active',
    version: 1,
    createdAt: at,
    updatedAt: at,
    collectSince: catchUpHours === 0 ? null : since,
  });
  const code = codeOf(name);
  const event = code === '' ? await createNumbered(deps, coded) : coded(code);
  if (code !== '' && !(await deps.store.createEvent(event))) throw taken(code);
  await announce(deps, event);
  return event;
}

/** For a name that has nothing a code can hold: `event-<n>` with the smallest n that was never used. */
async function createNumbered(
  { store }: EventsDeps,
  coded: (code: string) => CrisisEvent,
): Promise<CrisisEvent> {
  const used = new Set((await store.events()).map(({ code }) => code));
  for (let n = 1; ; n += 1) {
    const event = coded(`event-${n}`);
    if (!used.has(event.code) && (await store.createEvent(event))) return event;
  }
}

function taken(code: string): Problem {
  const message = `An event with the code ${code} is or was there, and a code is never used twice. Another name is needed.`;
  return new Problem(409, 'This name is taken.', [{ field: 'name', message }]);
}

async function change(
  deps: EventsDeps,
  code: string,
  patch: EventPatch,
  ifVersion: number | undefined,
): Promise<CrisisEvent> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const event = await get(deps, code);
    if (ifVersion !== undefined && ifVersion !== event.version) throw stale(event);
    const changed = changedBy(event, patch, deps.now());
    if (changed === undefined) return event;
    if (await deps.store.changeEvent(changed)) {
      await announce(deps, changed);
      return changed;
    }
  }
  throw new Problem(409, 'Others change this event all the time. Try again.');
}

function stale({ version }: CrisisEvent): Problem {
  const message = `The event has changed since: it is at version ${version} now. Read it again, then change it.`;
  return new Problem(412, 'The event has changed since it was read.', [
    { field: 'header If-Match', message },
  ]);
}

/** The event in its next version, or undefined when the patch changes nothing. */
function changedBy(event: CrisisEvent, patch: EventPatch, now: Date): CrisisEvent | undefined {
  const { status = event.status } = patch;
  if (status !== event.status && !NEXT[event.status].includes(status)) {
    throw notAllowed('status', `An event that is ${event.status} cannot become ${status}.`);
  }
  const wanted = {
    ...event,
    name: patch.name ?? event.name,
    description: patch.description ?? event.description,
    keywords: patch.keywords ?? event.keywords,
    status,
  };
  if (JSON.stringify(wanted) === JSON.stringify(event)) return undefined;
  if (event.status === 'purged') throw notAllowed('status', 'A purged event cannot be changed any more.');
  return { ...wanted, version: event.version + 1, updatedAt: now.toISOString() };
}

function notAllowed(field: string, message: string): Problem {
  return new Problem(409, message, [{ field, message }]);
}

async function purge(deps: EventsDeps, code: string, ifVersion: number | undefined): Promise<CrisisEvent> {
  const event = await get(deps, code);
  if (event.status === 'purged' || event.status === 'archived') {
    return change(deps, code, { status: 'purged' }, ifVersion);
  }
  const archived = await change(deps, code, { status: 'archived' }, ifVersion);
  return change(deps, code, { status: 'purged' }, ifVersion === undefined ? undefined : archived.version);
}

async function refresh(deps: EventsDeps): Promise<number> {
  const all = await deps.store.events();
  await announceAll(deps, all);
  return all.length;
}
