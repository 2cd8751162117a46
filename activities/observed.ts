import type { Metrics } from '../common/metrics';
import type { JournalActivities } from '../workflows/contracts/journal';
import type { NotifyActivities } from '../workflows/contracts/notify';

/** A batch that could not be written is tried again within a minute, perhaps by another worker. Milliseconds. */
const TRIED_AGAIN_WITHIN = 90_000;

/** The case activities with their figures: lateness of timers, failed and pending writes, messages by channel. */
export function observed(
  activities: JournalActivities & NotifyActivities,
  metrics: Metrics,
): JournalActivities & NotifyActivities {
  const pending = new Map<string, NodeJS.Timeout>();
  const settle = (no: string): void => {
    clearTimeout(pending.get(no));
    pending.delete(no);
    metrics.projectionPending.set(pending.size);
  };
  const failed = (no: string): void => {
    settle(no);
    pending.set(no, setTimeout(settle, TRIED_AGAIN_WITHIN, no).unref());
    metrics.projectionPending.set(pending.size);
    metrics.projectionFailures.inc();
  };
  return {
    writeJournal: async (batch) => {
      try {
        await activities.writeJournal(batch);
      } catch (error) {
        failed(batch.no);
        throw error;
      }
      settle(batch.no);
      for (const event of batch.events) {
        if (event.type !== 'timer-fired') continue;
        metrics.timerLateness.observe(Math.max(0, event.at - event.data.plannedAt) / 1000);
      }
    },
    notify: async (requests) => {
      const outcomes = await activities.notify(requests);
      for (const { channel, recipients } of outcomes) {
        metrics.notifications.inc({ channel, outcome: recipients.length > 0 ? 'delivered' : 'nobody' });
      }
      return outcomes;
    },
  };
}
