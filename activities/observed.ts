import type { Metrics } from '../common/metrics';
import type { JournalActivities } from '../workflows/contracts/journal';
import type { NotifyActivities } from '../workflows/contracts/notify';

/** The case activities with their figures: lateness of timers, failed writes, messages by channel. */
export function observed(
  activities: JournalActivities & NotifyActivities,
  metrics: Metrics,
): JournalActivities & NotifyActivities {
  return {
    writeJournal: async (batch) => {
      try {
        await activities.writeJournal(batch);
      } catch (error) {
        metrics.projectionFailures.inc();
        throw error;
      }
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
