import { z } from 'zod';
import { LEVELS, PRIORITIES } from '../../domain/policy';
import { caller, channel, room } from './contact';
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

const promise = z.strictObject({ text: text(), dueAt: instant() }).meta({ id: 'PromiseInput' });

export const commandBodies = {
  'acknowledge-escalation': z.strictObject({ obligation: z.string().min(1).max(200) }),
  'hand-over': z.strictObject({ to: z.string().min(1).max(80), reason: text() }),
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
  survey: z.strictObject({ findings: text() }),
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
} as const;

export type CommandBody = keyof typeof commandBodies;
