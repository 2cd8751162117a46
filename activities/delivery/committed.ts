import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { isNotFound } from '../../common/temporal';
import type { Instant } from '../../domain/instant';

const PAGE = 50;
const { EventType } = temporal.api.enums.v1;

/** Whether the run of the case's workflow task that asked for a message is committed. */
export type IsCommitted = (no: string, fence: Instant) => Promise<boolean>;

/**
 * By the case's history, newest first: a task that began at the fence and was completed. One that never was leaves rows
 * of its own behind for a moment, until the next run takes them back.
 */
export function committedBy({ workflowService, options: { namespace } }: Client): IsCommitted {
  return async (no, fence) => {
    let nextPageToken: Uint8Array | undefined;
    let completes: string | null = null;
    do {
      const execution = { workflowId: no };
      const page = await workflowService
        .getWorkflowExecutionHistoryReverse({ namespace, execution, maximumPageSize: PAGE, nextPageToken })
        .catch(unlessGone);
      // Kept no longer than Temporal keeps what has ended: it was committed long ago.
      if (!page) return true;
      for (const event of page.history?.events ?? []) {
        const { eventType, eventId, eventTime, workflowTaskCompletedEventAttributes: completed } = event;
        if (completed) completes = String(completed.startedEventId);
        if (eventType !== EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED) continue;
        const startedAt = optionalTsToMs(eventTime) ?? 0;
        // Events come newest first, so the first one that is not later is the one that it would be.
        if (startedAt <= fence) return startedAt === fence && completes === String(eventId);
      }
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken);
    // All of this run is later: an earlier run asked for it, and was committed before this one began.
    return true;
  };
}

function unlessGone(error: unknown): null {
  if (isNotFound(error)) return null;
  throw error;
}
