import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { grpcCodeOf } from './temporal';

/** An update that was not taken is sent again so many times in all. */
export const UPDATE_TRIES = 5;

/** FAILED_PRECONDITION */
const UNFINISHED_TASK = 9;
const NOT_TAKEN = new Set(['UnprocessedUpdate', 'AcceptedUpdateCompletedWorkflow']);

/**
 * The update was not taken by the run that it was sent to, and may well be by the next try. What the server says:
 * - `UnprocessedUpdate`: it handed the update out with a task that was finished without it (several at once).
 * - FAILED_PRECONDITION "due to unexpected workflow task failure": something else came while the task that was to
 *   continue as new was being finished, so the task is done again, without the update.
 * - `AcceptedUpdateCompletedWorkflow`: the run ended after it had accepted the update.
 *
 * RESOURCE_EXHAUSTED "workflow is closing", at a roll-over, and "too many in flight" are tried again by the connection.
 */
export function wasNotTaken(error: unknown): boolean {
  if (error instanceof WorkflowUpdateFailedError) {
    return error.cause instanceof ApplicationFailure && NOT_TAKEN.has(error.cause.type ?? '');
  }
  return grpcCodeOf(error) === UNFINISHED_TASK;
}

/** What a running workflow is asked, and by what its answer is known. */
export interface Question {
  /** Of the update, and of the query for a workflow that has ended. */
  readonly name: string;
  /** Type of the failure whose first detail is the answer. */
  readonly answered: string;
}

/**
 * Asks a workflow by an update that it always turns away with the answer, and one that has ended by a query, which then
 * can do no harm (workflows/contracts/case.ts, `questions`).
 * @throws WorkflowNotFoundError
 */
export async function ask<Answer>(
  client: Client,
  workflowId: string,
  { name, answered }: Question,
  argument?: unknown,
): Promise<Answer> {
  const handle = client.workflow.getHandle(workflowId);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await handle.executeUpdate<unknown, [unknown]>(name, { args: [argument] });
      throw new Error(`${name} was accepted as if it were a command`);
    } catch (error) {
      const failure = error instanceof WorkflowUpdateFailedError ? error.cause : null;
      if (failure instanceof ApplicationFailure && failure.type === answered) return failure.details?.[0] as Answer;
      if (error instanceof WorkflowNotFoundError) return handle.query<Answer, [unknown]>(name, argument);
      if (attempt === UPDATE_TRIES || !wasNotTaken(error)) throw error;
    }
  }
}
