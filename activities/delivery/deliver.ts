import { recordTries, sentBefore, tellable, type Tried } from '../../db/queries/deliveries';
import { afterFailure, withdrawalOf, type Outcome } from '../../domain/delivery';
import type { DeliverRequest, DeliveryActivities } from '../../workflows/contracts/delivery';
import { carrierFor, type Carried } from './carriers';
import type { DeliverDeps, Due } from './due';

/** One try over one channel, and what is written down of it. */
export function createDeliveryActivities(deps: DeliverDeps): DeliveryActivities {
  return {
    deliver: async (request) => {
      const { due, outcomes, tries } = await standing(deps, request);
      const carried = due.length === 0 ? [] : await carrierFor(deps, request)(due);
      for (const one of carried) {
        const { outcome, tried } = afterCarrying(request, one);
        outcomes[one.due.message.id] = outcome;
        tries.push(tried);
      }
      await recordTries(deps.database.db, tries);
      for (const { channel, state } of tries) deps.metrics.deliveries.inc({ channel, outcome: state });
      return outcomes;
    },
  };
}

/** Which of them are to be told now, and what is to be said of the others. */
async function standing({ database: { db }, isCommitted }: DeliverDeps, request: DeliverRequest) {
  const { channel, recipient, messages } = request;
  const rows = await tellable(
    db,
    messages.map(({ notification }) => notification),
  );
  const sent = await sentBefore(db, { orders: messages.map(({ id }) => id), channel, recipient });
  const due: Due[] = [];
  const tries: Tried[] = [];
  const outcomes: Record<string, Outcome> = {};
  for (const message of messages) {
    const row = rows.get(message.notification);
    const withdrawal = row && withdrawalOf(row, channel !== 'webhook' && !message.again);
    if (sent.has(message.id)) outcomes[message.id] = { kind: 'sent' };
    // Taken back by the run of its case that counts.
    else if (!row) outcomes[message.id] = { kind: 'withdrawn' };
    else if (withdrawal) {
      outcomes[message.id] = { kind: 'withdrawn' };
      tries.push(tryOf(request, { message, row }, { state: 'withdrawn', reason: withdrawal }));
    } else if (row.fence === null || (await isCommitted(row.caseNo, row.fence))) due.push({ message, row });
    else outcomes[message.id] = { kind: 'not-yet' };
  }
  return { due, outcomes, tries };
}

function afterCarrying(request: DeliverRequest, { due, result }: Carried): { outcome: Outcome; tried: Tried } {
  const { rule, ...tries } = due.message;
  switch (result.kind) {
    case 'sent':
    case 'passed-on':
    case 'no-address': {
      const { kind } = result;
      return { outcome: { kind }, tried: tryOf(request, due, { state: kind, reason: null }) };
    }
    case 'refused':
    case 'failed': {
      const { reason } = result;
      const outcome: Outcome =
        result.kind === 'refused' ? { kind: 'dead' } : afterFailure(rule, tries, request.at, result.wait);
      const state = outcome.kind === 'retry' ? 'retry' : 'dead';
      return { outcome, tried: tryOf(request, due, { state, reason }) };
    }
  }
}

function tryOf(
  { channel, recipient, at }: DeliverRequest,
  { message, row }: Due,
  what: Pick<Tried, 'state' | 'reason'>,
): Tried {
  return { order: message.id, row, recipient, channel, at, ...what };
}
