import { deliveriesOf, markResent } from '../../db/queries/api-deliveries';
import { listEndpoints } from '../../db/queries/addresses';
import { tellable, type TellableRow } from '../../db/queries/deliveries';
import { recipientOf } from '../../db/queries/handover';
import { byHandRule, withdrawalOf, type Channel, type NotificationPolicy } from '../../domain/delivery';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import { makeOnce } from './once';

interface Target {
  readonly recipient: string;
  readonly channel: Channel;
}

/** @throws Problem not-found for one of another project, as if it were not there. */
export async function visibleMessage(deps: ApiDeps, principal: Principal, id: string): Promise<TellableRow> {
  const row = (await tellable(deps.database.db, [id])).get(id);
  if (!row) throw problem('not-found');
  requireProject(principal, row.project);
  return row;
}

/**
 * Hands a message over once more: where it was given up, or over the channel that is named. Told also to who has read it.
 * @throws Problem not-found, not-to-be-told, nothing-to-resend, idempotency-mismatch, engine-unavailable
 */
export async function resend(
  deps: ApiDeps,
  by: { readonly principal: Principal; readonly now: number; readonly idempotency: Idempotency | null },
  {
    id,
    channel,
    policy,
  }: { readonly id: string; readonly channel: Channel | undefined; readonly policy: NotificationPolicy },
): Promise<readonly Target[]> {
  const row = await visibleMessage(deps, by.principal, id);
  const reason = withdrawalOf(row, false);
  if (reason) throw problem('not-to-be-told', { reason });
  const targets = await targetsOf(deps, row, channel);
  if (targets.length === 0) throw problem('nothing-to-resend');
  const details = { notification: id, to: targets.map((target) => `${target.channel} ${target.recipient}`) };
  const making = { ...by, kind: 'resend', letter: 'n', project: row.project, details } as const;
  // Marked first: whoever ends between the two repeats the request, which hands over under the same id.
  const order = await makeOnce(deps, making, (trx) => markResent(trx, id, by.now));
  const message = { id: order, notification: id, at: by.now, zone: row.zone, again: true };
  for (const target of targets) {
    const to = { project: row.project, recipient: target.recipient };
    await deps.engine.handOver(to, [{ ...message, rule: byHandRule(policy, target.channel) }]);
  }
  return targets;
}

async function targetsOf(deps: ApiDeps, row: TellableRow, channel: Channel | undefined): Promise<Target[]> {
  const { db } = deps.database;
  if (channel === undefined) {
    const dead = (await deliveriesOf(db, row.id)).filter(({ state }) => state === 'dead');
    return dead.map((each) => ({ recipient: each.recipient, channel: each.channel }));
  }
  if (channel !== 'webhook') return [{ recipient: recipientOf(row), channel }];
  const machines = (await listEndpoints(db, [row.project])).filter(({ kind, active }) => kind === 'webhook' && active);
  return machines.map(({ id }) => ({ recipient: id, channel }));
}
