import { isCancellation } from '@temporalio/workflow';

/** What runs beside the case loop ends by cancellation when the workflow rolls over. */
export function unlessLeaving(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
