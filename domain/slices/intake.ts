import type { OpenedRecord, Opening, TextRef } from '../event';
import { draft, type Draft } from '../event';
import { refuse, type Refusal } from '../family';
import { MINUTE } from '../instant';
import type { CaseState } from '../state';

declare module '../event' {
  interface EventData {
    /** The first event of every case. */
    received: {
      readonly record: OpenedRecord;
      readonly reportedAt: number;
      readonly receivedAt: number;
      readonly matter: TextRef;
      readonly restatement: TextRef | null;
      readonly restatementConfirmed: boolean | null;
      readonly contact: TextRef | null;
    };
  }
}

/** Nothing was reported later than we received it, but clocks of two machines may differ a little. */
const CLOCK_SKEW = 2 * MINUTE;

export interface Restated {
  readonly restatement: TextRef | null;
  readonly restatementConfirmed: boolean | null;
}

/** The report as the first event of a case, whatever its family. */
export function receive(state: CaseState, opening: Opening & Partial<Restated>): Draft | Refusal {
  const { reportedAt, receivedAt } = opening;
  if (reportedAt > receivedAt + CLOCK_SKEW) return refuse('reported-in-future', { reportedAt, latest: receivedAt });
  const oldest = receivedAt - state.policy.lateEntryMax;
  if (reportedAt < oldest && opening.record.source !== 'imported') {
    return refuse('reported-too-long-ago', { reportedAt, oldest });
  }
  return draft('received', {
    record: opening.record,
    reportedAt,
    receivedAt,
    matter: opening.matter,
    restatement: opening.restatement ?? null,
    restatementConfirmed: opening.restatementConfirmed ?? null,
    contact: opening.contact,
  });
}

/** The report of a case whose subtype, if it names one, is one of the policy's subjects. */
export function receiveAbout(state: CaseState, opening: Opening, subjects: readonly string[]): Draft | Refusal {
  const { subtype } = opening;
  if (subtype !== null && !subjects.includes(subtype)) return refuse('subject-unknown', { subtype, allowed: subjects });
  return receive(state, opening);
}
