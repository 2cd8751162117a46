import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { EffectActivities } from '../contracts/effects';
import type { JournalActivities } from '../contracts/journal';
import type { NotifyActivities } from '../contracts/notify';

/** The retry classes of everything a case does outside itself. */

/**
 * Journal, first try: a local activity costs two history events less than an ordinary one and answers the command
 * 1.7 times as fast (stack.md). It gives up after two seconds, so that a database that is down delays readers only.
 */
export const journalNow = proxyLocalActivities<JournalActivities>({
  startToCloseTimeout: '1500ms',
  scheduleToCloseTimeout: '2s',
  // Tries that fail at once are not ended by `scheduleToCloseTimeout` (SDK 1.24): six of them take 1.7 s.
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '500ms', maximumAttempts: 6 },
});

/** Journal, when the first try gave up: it must happen, so it retries without end; a minute apart at the most. */
export const journalLater = proxyActivities<JournalActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * Messages to inboxes, first try: rows of the database, so they go as the journal does and save the task that hears of
 * the end of an ordinary activity. Fewer tries than the journal's, for the answer to the command waits for both.
 */
export const notifyingNow = proxyLocalActivities<NotifyActivities>({
  startToCloseTimeout: '1500ms',
  scheduleToCloseTimeout: '2s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** Messages to people: repeated with one stable key until they are delivered. */
export const notifying = proxyActivities<NotifyActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** What a case asks of the outside, first try: it mostly reads the database for milliseconds, as the journal writes. */
export const effectingNow = proxyLocalActivities<EffectActivities>({
  startToCloseTimeout: '1500ms',
  scheduleToCloseTimeout: '2s',
  retry: { initialInterval: '100ms', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** The same while the database is away: it must happen, so it retries without end. */
export const effecting = proxyActivities<EffectActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
