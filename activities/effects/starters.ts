import { complaint } from '../../domain/complaint';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import type { ComplaintOpening } from '../../domain/complaint/state';
import { dispute } from '../../domain/dispute';
import type { DisputePolicy } from '../../domain/dispute/policy';
import type { DisputeOpening } from '../../domain/dispute/state';
import { repair } from '../../domain/repair';
import type { RepairPolicy } from '../../domain/repair/policy';
import type { RepairOpening } from '../../domain/repair/state';
import { standardRevision } from '../../domain/standard-revision';
import type { RevisionPolicy } from '../../domain/standard-revision/policy';
import type { RevisionOpening } from '../../domain/standard-revision/state';
import type { EffectOf, OpenedRecord, Opening } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import { localDateOf } from '../../domain/zone';
import type { EffectRequest } from '../../workflows/contracts/effect-request';

/** How a family is started by a case of another. */
export interface Starter {
  readonly letter: string;
  readonly workflowType: string;
  /** What the new case is for: the same key is the same case. */
  readonly key: (about: {
    readonly request: EffectRequest<EffectOf<'start-case'>>;
    readonly record: OpenedRecord;
    /** When the case was opened that starts it. */
    readonly openedAt: Instant;
  }) => string;
  readonly open: (opening: Opening) => Opening;
}

const ofRepair: Starter = {
  letter: repair.letter,
  workflowType: 'repairWorkflow',
  key: ({ request }) => request.key,
  open: (opening): RepairOpening => ({
    ...opening,
    // A document of this family was checked by its schema when it was published.
    policy: opening.policy as RepairPolicy,
    priority: null,
    photoConsent: false,
    circumstances: null,
    expectedResult: null,
  }),
};

const ofComplaint: Starter = {
  letter: complaint.letter,
  workflowType: 'complaintWorkflow',
  key: ({ request }) => request.key,
  open: (opening): ComplaintOpening => ({
    ...opening,
    policy: opening.policy as ComplaintPolicy,
    departments: null,
    restatement: null,
    restatementConfirmed: null,
  }),
};

const ofDispute: Starter = {
  letter: dispute.letter,
  workflowType: 'disputeWorkflow',
  key: ({ request }) => request.key,
  open: (opening): DisputeOpening => ({ ...opening, policy: opening.policy as DisputePolicy, otherParty: null }),
};

/** One finding per asset, else place, and fault in a calendar month (K9), whoever of them asks for it. It is nobody's. */
const ofRevision: Starter = {
  letter: standardRevision.letter,
  workflowType: 'standardRevisionWorkflow',
  key: ({ request: { effect, project }, record, openedAt }) => {
    const month = localDateOf(openedAt, project.zone).slice(0, 7);
    return ['recurrence', record.asset ?? record.roomIndex, effect.subtype, month].join('/');
  },
  open: ({ record, ...opening }): RevisionOpening => ({
    ...opening,
    policy: opening.policy as RevisionPolicy,
    record: { ...record, unit: null, roomIndex: null, phoneIndex: null, careColour: null },
    contact: null,
  }),
};

/** Families that other cases start, by name; a new one is a line here. */
export const STARTERS: Readonly<Record<string, Starter>> = {
  [repair.name]: ofRepair,
  [complaint.name]: ofComplaint,
  [dispute.name]: ofDispute,
  [standardRevision.name]: ofRevision,
};
