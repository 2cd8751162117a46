import { asyncLocalStorage as activityContext } from '@temporalio/activity';
import type { Clock } from '../common/clock';
import type { Logger } from '../common/logger';
import type { Metrics } from '../common/metrics';
import { codeOf, inSpan, onTrail, type Tracer } from '../common/telemetry';
import type { EffectActivities } from '../workflows/contracts/effects';
import type { JournalActivities, JournalBatch } from '../workflows/contracts/journal';
import type { NotifyActivities } from '../workflows/contracts/notify';
import type { Origin } from '../workflows/contracts/origin';
import { Deferred } from './deferred';

type CaseActivities = JournalActivities & NotifyActivities & EffectActivities;

export interface ObservedDeps {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Null or left out: no traces are kept. */
  readonly tracer?: Tracer | null;
}

/** What an activity does it for. */
interface Work {
  readonly activity: keyof CaseActivities;
  readonly no: string | undefined;
  readonly origins: readonly Origin[];
  /** For the line of each request: ids, counts and codes. */
  readonly facts: Readonly<Record<string, string | number | undefined>>;
}

/** The case activities with their figures, log lines and spans: all that is seen of them from outside. */
export function observed(activities: CaseActivities, deps: ObservedDeps): CaseActivities {
  const { metrics, clock } = deps;
  const deferred = new Deferred(metrics, clock);
  return {
    writeJournal: async (batch) => {
      const observe = metrics.journalWrite.startTimer();
      try {
        await seen(deps, journalWork(batch), () => activities.writeJournal(batch));
      } catch (error) {
        metrics.projectionFailures.inc();
        observe({ outcome: 'failed' });
        if (activityContext.getStore()?.info.isLocal === false) deferred.add(batch);
        throw error;
      }
      observe({ outcome: 'written' });
      deferred.remove(batch);
      for (const event of batch.events) {
        if (event.type !== 'timer-fired') continue;
        metrics.timerLateness.observe(Math.max(0, event.at - event.data.plannedAt) / 1000);
      }
    },
    notify: async (requests) => {
      const origins = requests.flatMap(({ origin }) => origin ?? []);
      const facts = { messages: requests.length };
      const work: Work = { activity: 'notify', no: requests[0]?.no, origins, facts };
      const outcomes = await seen(deps, work, () => activities.notify(requests));
      for (const { channel, recipients } of outcomes) {
        metrics.notifications.inc({ channel, outcome: recipients.length > 0 ? 'delivered' : 'nobody' });
      }
      return outcomes;
    },
    carryOut: (request) => {
      const facts = { effect: request.effect.kind, seq: request.seq };
      const work: Work = { activity: 'carryOut', no: request.no, origins: [], facts };
      return seen(deps, work, () => activities.carryOut(request));
    },
  };
}

function journalWork({ no, events, receipts }: JournalBatch): Work {
  const origins = receipts.flatMap(({ origin }) => origin ?? []);
  return { activity: 'writeJournal', no, origins, facts: { first: events[0]?.seq, last: events.at(-1)?.seq } };
}

/** A line per request that the work is for, so that each is found by its id; one span, below the first of them. */
async function seen<T>(deps: ObservedDeps, { activity, no, origins, facts }: Work, work: () => Promise<T>): Promise<T> {
  const { metrics, logger, tracer } = deps;
  const attempt = activityContext.getStore()?.info.attempt ?? 1;
  if (attempt > 1) metrics.activityRetries.inc({ activity });
  const requests = [...new Map(origins.map((origin) => [origin.requestId, origin])).values()];
  const about = { activity, no, ...facts, attempt };
  try {
    const result = await traced(tracer ?? null, { activity, no, requests, attempt }, work);
    for (const request of requests) logger.info({ requestId: request.requestId, ...about }, 'activity done');
    if (requests.length === 0) logger.info(about, 'activity done');
    return result;
  } catch (error) {
    const requestIds = requests.map(({ requestId }) => requestId);
    logger.warn({ requestIds, ...about, code: codeOf(error) }, 'activity failed');
    throw error;
  }
}

interface Traced {
  readonly activity: string;
  readonly no: string | undefined;
  readonly requests: readonly Origin[];
  readonly attempt: number;
}

/** What no request asked for begins no trace. */
function traced<T>(tracer: Tracer | null, about: Traced, work: () => Promise<T>): Promise<T> {
  const { activity, no = '', requests, attempt } = about;
  const [first, ...others] = requests.filter(({ traceparent }) => traceparent !== undefined);
  if (!tracer || !first) return work();
  const attributes = { 'guanjia.case': no, 'guanjia.attempt': attempt };
  const links = others.flatMap(({ traceparent }) => traceparent ?? []);
  return onTrail({ ...first, tracer }, () => inSpan({ name: `activity ${activity}`, attributes, links }, work));
}
