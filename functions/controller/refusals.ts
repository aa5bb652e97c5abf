// Says in the ledger for how long the cluster refuses what an event needs: its page shows it, and why its rows are missing.
import { noted } from '../../eventing/cloud-events.ts';
import { CLUSTER_REFUSES } from '../../eventing/collection.ts';
import type { Log } from '../../eventing/log.ts';
import type { Gap } from '../../sql/ledger.ts';
import type { Store } from '../../sql/store.ts';

export interface RefusalDeps {
  readonly store: Pick<Store, 'gaps'>;
  readonly log: Pick<Log, 'append'>;
}

/** Opens a gap, unless one for this is open. Until the note has been kept, another one may be opened; they all close together. */
export async function noteRefused(deps: RefusalDeps, code: string, why: string): Promise<void> {
  if ((await openRefusals(deps, code)).length > 0) return;
  const note = `${why}. Posts wait for three days meanwhile and are stored when this is mended.`;
  const from = new Date().toISOString();
  const gap = { event: code, from, to: null, reason: CLUSTER_REFUSES, recovered: 0, note };
  await deps.log.append([noted('controller', code, { kind: 'gap.opened', ...gap })]);
}

/** Closes whatever {@link noteRefused} opened. */
export async function noteAccepted(deps: RefusalDeps, code: string): Promise<void> {
  const to = new Date().toISOString();
  const open = await openRefusals(deps, code);
  if (open.length === 0) return;
  await deps.log.append(open.map((gap) => noted('controller', code, { ...gap, kind: 'gap.closed', to })));
}

async function openRefusals({ store }: RefusalDeps, code: string): Promise<Gap[]> {
  return (await store.gaps(code)).filter(({ to, reason }) => to === null && reason === CLUSTER_REFUSES);
}
