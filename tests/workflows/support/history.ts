import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const { EventType } = temporal.api.enums.v1;

/** Temporal's events of one run of a case, the newest when none is named. */
export async function historyOf(client: Client, no: string, runId?: string): Promise<HistoryEvent[]> {
  const { events } = await client.workflow.getHandle(no, runId).fetchHistory();
  return events ?? [];
}

/** `TIMER_STARTED`, `WORKFLOW_TASK_COMPLETED` … */
export function typeOf(event: HistoryEvent): string {
  return String(EventType[event.eventType ?? 0]).replace('EVENT_TYPE_', '');
}

export function count(history: readonly HistoryEvent[], type: string): number {
  return history.filter((event) => typeOf(event) === type).length;
}

export function activitiesUnderWay(history: readonly HistoryEvent[]): number {
  const ends = ['COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELED'].map((end) => count(history, `ACTIVITY_TASK_${end}`));
  return ends.reduce((left, ended) => left - ended, count(history, 'ACTIVITY_TASK_SCHEDULED'));
}

/**
 * How many timers were armed whenever a workflow task began, and at the end. What one task does happens at once, so that
 * the order of its own commands does not matter.
 */
export function armed(history: readonly HistoryEvent[]): number[] {
  const ids = new Set<string>();
  const counts: number[] = [];
  for (const event of history) {
    if (event.workflowTaskStartedEventAttributes) counts.push(ids.size);
    const started = event.timerStartedEventAttributes?.timerId;
    const over = (event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes)?.timerId;
    if (started) ids.add(started);
    if (over) ids.delete(over);
  }
  return [...counts, ids.size];
}
