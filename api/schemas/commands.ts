import { z } from 'zod';
import { PARTIES } from '../../domain/dispute/state';
import { LEVELS, PRIORITIES } from '../../domain/policy';
import { cadence } from './cadences';
import { caller, channel, room } from './contact';
import { staffRole } from './parts';
import { code, instant, text } from './text';

/**
 * The body of every command, `POST /api/v1/cases/{no}/{command}`. Field commands also take `occurredAt`, which the
 * route adds. Optional fields become null, so that workflows see one shape.
 */
export const priority = z.enum(PRIORITIES).meta({ id: 'Priority' });
export const level = z.enum(LEVELS).meta({ id: 'Level' });
export const complaintType = z.enum(['facility', 'service', 'fee', 'other']).meta({ id: 'ComplaintType' });

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const classification = {
  subtype: code(),
  /** Needed with a subtype that the policy's table does not have. */
  type: optional(complaintType),
  priority: optional(priority),
  departments: optional(z.array(code()).min(1).max(20)),
};

const staffId = z.string().min(1).max(80);
const fileId = z.uuid();
export const repairPriority = z.enum(['urgent', 'routine']).meta({ id: 'RepairPriority' });
/** What is kept to on a visit (REP-028 … REP-030). */
const CONDUCT = ['badge_shown', 'shoe_covers', 'floor_mat', 'dust_cloth'] as const;
const conduct = z.enum(CONDUCT).meta({ id: 'Conduct' });

const callbackAnswer = z.strictObject({
  score: z.int().min(1).max(5),
  solved: z.boolean(),
  /** Whether the conduct on site was as it should be (REP-029). */
  conduct: optional(z.boolean()),
  comment: optional(text()),
});

const promise = z.strictObject({ text: text(), dueAt: instant() }).meta({ id: 'PromiseInput' });

const party = z.enum(PARTIES).meta({ id: 'Party' });
const disputeOutcome = z.enum(['agreed', 'failed']).meta({ id: 'DisputeOutcome' });
/** What the parties agreed on; without a keeper the owner of the case sees to it. */
const agreedAction = z
  .strictObject({ text: text(), dueAt: instant(), keeper: optional(staffId) })
  .meta({ id: 'AgreedAction' });

export const commandBodies = {
  'acknowledge-escalation': z.strictObject({ obligation: z.string().min(1).max(200) }),
  'hand-over': z.strictObject({ to: staffId, reason: text() }),
  relieve: z.strictObject({ from: staffId, to: staffId, role: optional(staffRole), reason: text() }),
  'assign-department': z.strictObject({ department: code(), task: optional(text()) }),
  'accept-part': z.strictObject({ department: code() }),
  'block-part': z.strictObject({ department: code(), reason: text() }),
  'unblock-part': z.strictObject({ department: code() }),
  'complete-part': z.strictObject({ department: code(), result: text() }),
  progress: z.strictObject({ text: text() }),
  'confirm-outage': z.strictObject({ text: text() }),
  'outage-update': z.strictObject({ text: text() }),
  restore: z.strictObject({ text: optional(text()) }),
  pause: z.strictObject({ reason: code(), until: instant(), note: optional(text()) }),
  resume: z.strictObject({}),
  promise: z.strictObject({ text: text(), dueAt: instant() }),
  'keep-promise': z.strictObject({ promise: code(), note: optional(text()) }),
  'move-promise': z.strictObject({ promise: code(), dueAt: instant(), reason: text() }),
  note: z.strictObject({ text: text() }),
  'attach-caller': z.strictObject({ channel, room: room.optional(), ...caller }),
  withdraw: z.strictObject({ reason: text() }),
  reopen: z.strictObject({ reason: text() }),
  classify: z.strictObject(classification),
  reclassify: z.strictObject({ ...classification, reason: text() }),
  'set-level': z.strictObject({ level, reason: text() }),
  acknowledge: z.strictObject({ note: optional(text()) }),
  survey: z.strictObject({ findings: text(), plan: optional(text()), finishAt: optional(instant()) }),
  'propose-plan': z.strictObject({ cause: text(), plan: text(), finishAt: instant() }),
  'set-measure': z.strictObject({
    measure: text(),
    dueAt: instant(),
    notice: text(),
    places: z.array(code()).min(1).max(20),
  }),
  'record-test-result': z.strictObject({ agency: z.string().trim().min(1).max(120), result: text(), plan: text() }),
  'owner-answer': z.strictObject({
    accepted: z.boolean(),
    score: optional(z.int().min(1).max(5)),
    comment: optional(text()),
  }),
  'decide-for-owner': z.strictObject({ accepted: z.boolean(), reason: text() }),
  extend: z.strictObject({ dueAt: instant(), reason: text() }),
  'feed-back': z.strictObject({
    written: text(),
    faceToFace: z.boolean(),
    reason: optional(text()),
    promises: z.array(promise).max(20).default([]),
  }),
  close: z.strictObject({
    rootCause: text(),
    preventiveAction: text(),
    similarRisksChecked: z.boolean(),
  }),
  regrade: z.strictObject({ subtype: code(), priority: optional(repairPriority), reason: text() }),
  accept: z.strictObject({}),
  decline: z.strictObject({ reason: optional(text()) }),
  grab: z.strictObject({}),
  assign: z.strictObject({ to: staffId }),
  release: z.strictObject({ reason: text() }),
  contact: z.strictObject({ note: optional(text()), eta: optional(instant()) }),
  depart: z.strictObject({ eta: instant() }),
  'move-eta': z.strictObject({ eta: instant(), reason: text() }),
  arrive: z.strictObject({ checklist: z.array(conduct).max(CONDUCT.length).default([]) }),
  complete: z.strictObject({ result: text(), siteCleared: z.boolean(), files: z.array(fileId).max(20).default([]) }),
  'add-photos': z.strictObject({ files: z.array(fileId).min(1).max(20) }),
  'set-photo-consent': z.strictObject({ consent: z.boolean() }),
  callback: callbackAnswer,
  'second-callback': callbackAnswer,
  'callback-attempt': z.strictObject({}),
  'close-unsatisfied': z.strictObject({ reason: text() }),
  rate: z.strictObject({ score: z.int().min(1).max(5), comment: optional(text()) }),
  'start-repair': z.strictObject({ subtype: code(), asset: optional(code()), note: optional(text()) }),
  'start-complaint': z.strictObject({ note: optional(text()) }),
  'start-dispute': z.strictObject({ note: optional(text()) }),
  answer: z.strictObject({ text: text(), promises: z.array(promise).max(20).default([]) }),
  'promise-answer': z.strictObject({ dueAt: instant(), note: optional(text()) }),
  'arrange-meeting': z.strictObject({ meetingAt: instant(), place: optional(text()) }),
  'record-meeting': z.strictObject({
    minutes: text(),
    attended: z.array(party).min(1).max(PARTIES.length),
    actions: z.array(agreedAction).max(20).default([]),
  }),
  settle: z.strictObject({ outcome: disputeOutcome, summary: text() }),
  'propose-standard': z.strictObject({ text: text(), duty: code(), cadence }),
  'approve-standard': z.strictObject({ note: optional(text()) }),
  'reject-standard': z.strictObject({ reason: text() }),
  'release-promise': z.strictObject({ promise: code(), reason: text() }),
} as const;

export type CommandBody = keyof typeof commandBodies;
