import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { grpcCodeOf } from '../../common/temporal';
import { DIVERTED } from '../../db/queries/notifications';
import type { TellableRow } from '../../db/queries/deliveries';
import type { Instant } from '../../domain/instant';

/** Why a message is not told any more; null: it is to be told. */
export type Withdrawal = 'taken-back' | 'drill' | 'case-closed' | 'read';

const NOT_FOUND = 5;
const PAGE = 50;
const { EventType } = temporal.api.enums.v1;

/**
 * Looked at in the moment of sending. What the closing itself asks for has its very instant, and what comes after it
 * (a reopening) a later one.
 *
 * @param heedsReading false for machines and for what is sent again by hand.
 */
export function withdrawalOf(row: TellableRow | undefined, heedsReading: boolean): Withdrawal | null {
  if (!row) return 'taken-back';
  if (row.mode === 'drill' || row.channel === DIVERTED) return 'drill';
  if (row.caseClosedAt !== null && row.sentAt < row.caseClosedAt) return 'case-closed';
  return heedsReading && (row.readAt !== null || row.acknowledgedAt !== null) ? 'read' : null;
}

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
  if (grpcCodeOf(error) === NOT_FOUND) return null;
  throw error;
}
