import type { CaseMode } from '../event';
import type { Instant } from '../instant';

/** Why a message is not told any more. */
export type Withdrawal = 'drill' | 'case-closed' | 'read';

export interface Tellable {
  readonly mode: CaseMode;
  readonly sentAt: Instant;
  readonly readAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
  /** When its case was closed; null while it is open, and for one that is not in the read model yet. */
  readonly caseClosedAt: Instant | null;
}

/**
 * Whether a message is still to be told, looked at in the moment of sending; null: it is. What the closing itself asks
 * for has its very instant, and what comes after it (a reopening) a later one.
 *
 * @param heedsReading false for machines, and for what is sent again by hand.
 */
export function withdrawalOf(message: Tellable, heedsReading: boolean): Withdrawal | null {
  if (message.mode === 'drill') return 'drill';
  if (message.caseClosedAt !== null && message.sentAt < message.caseClosedAt) return 'case-closed';
  return heedsReading && (message.readAt !== null || message.acknowledgedAt !== null) ? 'read' : null;
}
