import { ApplicationFailure } from '@temporalio/activity';
import { DecryptionError } from '../common/crypto/aes-gcm';
import { databaseCode, isPermanentData } from '../db/database';
import { InvalidBatchError } from '../db/queries/journal';
import { SealedTextError } from '../db/queries/vault';

/** Type of the failure with which an activity says that repeating it changes nothing. */
export const REFUSED_FOR_GOOD = 'RefusedForGood';

const NEVER = [InvalidBatchError, SealedTextError, DecryptionError];

/**
 * Runs an activity's body. What can never succeed is not retried for ever: data that the database refuses, and texts
 * that don't open. Everything else is thrown as it is, and retried by the activity's retry policy.
 */
export async function untilItSucceeds<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!isPermanentData(error) && !NEVER.some((type) => error instanceof type)) throw error;
    // PostgreSQL's messages may repeat the value that it refuses; its code doesn't.
    const reason = isPermanentData(error) ? `SQLSTATE ${databaseCode(error)}` : (error as Error).message;
    throw ApplicationFailure.nonRetryable(`refused for good: ${reason}`, REFUSED_FOR_GOOD);
  }
}
