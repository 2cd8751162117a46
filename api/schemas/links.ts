import { z } from 'zod';
import { MAX_LINK_DAYS } from '../../common/config-links';
import { LINK_RIGHTS, RIGHT_OF, type ResidentCommand } from '../../domain/resident';
import { queryBoolean, queryInteger } from '../http/query';
import { commandBodies } from './commands';
import { at, atOrNull } from './parts';
import { language, text } from './text';
import { role } from './views';

/** Links for residents, and what is seen and done with them (docs/resident-links.md). */

const right = z.enum(LINK_RIGHTS).meta({ id: 'LinkRight' });

export const newLink = z
  .strictObject({
    rights: z
      .array(right)
      .max(LINK_RIGHTS.length)
      .refine((rights) => new Set(rights).size === rights.length, { message: 'each right once' })
      .default([...LINK_RIGHTS])
      .meta({ description: 'What it is good for besides looking; all where it is left out' }),
    days: z
      .int()
      .min(1)
      .max(MAX_LINK_DAYS)
      .optional()
      .meta({ description: 'How long it lasts; GUANJIA_LINK_DAYS where it is left out' }),
  })
  .meta({ id: 'NewResidentLink' });

export const residentLink = z
  .object({
    id: z.string(),
    rights: z.array(right),
    state: z.enum(['open', 'expired', 'revoked']).meta({ id: 'ResidentLinkState' }),
    forMessages: z.boolean().meta({ description: 'Made by the system, for the messages of the case' }),
    madeBy: z.string(),
    madeInRole: role,
    createdAt: at,
    expiresAt: at,
    revokedAt: atOrNull,
    revokedBy: z.string().nullable(),
  })
  .meta({ id: 'ResidentLink' });

export const madeLink = z
  .object({
    link: residentLink,
    token: z.string().meta({ description: 'Shown here alone; a repeated request shows it again' }),
    path: z.string().meta({ description: '/r/{token}' }),
    url: z.string().nullable().meta({ description: 'The whole address; null where GUANJIA_PUBLIC_URL is not set' }),
  })
  .meta({ id: 'MadeResidentLink' });

export const linkList = z.object({ items: z.array(residentLink), total: z.int(), asOf: at }).meta({
  id: 'ResidentLinkList',
});

// What a resident sees

const clock = z
  .object({
    id: z.string(),
    kind: z.string(),
    what: z.string(),
    dueAt: at,
    due: z.string().meta({ description: 'In words, by the clock of the project' }),
    left: z.string().nullable().meta({ description: 'How long it still is, or how late it is' }),
    state: z.enum(['running', 'paused', 'late']).meta({ id: 'ResidentClockState' }),
    then: z.string().nullable().meta({ description: 'What happens when it is missed, or has happened' }),
  })
  .meta({ id: 'ResidentClock' });

const act = z
  .enum(Object.keys(RIGHT_OF) as [ResidentCommand, ...ResidentCommand[]])
  .meta({ id: 'ResidentAct', description: 'A command of the case: docs/resident-links.md' });

export const residentView = z
  .object({
    no: z.string(),
    project: z.string(),
    family: z.string(),
    about: z.string().nullable(),
    seq: z.int(),
    stage: z.string(),
    status: z.string().meta({ description: 'The stage in plain words' }),
    closed: z.boolean(),
    reportedAt: at,
    closedAt: atOrNull,
    reopenUntil: atOrNull.meta({ description: 'Until when a closed case can come back' }),
    next: clock.nullable(),
    clocks: z.array(clock),
    asked: z
      .object({
        subject: z.enum(['plan', 'result']).meta({ id: 'AskedSubject' }),
        text: z.string().nullable(),
        finishAt: atOrNull,
        finish: z.string().nullable().meta({ description: 'finishAt in words' }),
      })
      .nullable()
      .meta({ id: 'ResidentQuestion', description: 'What he is asked to accept or reject' }),
    acts: z.array(act),
    reopensUpTo: z
      .int()
      .nullable()
      .meta({ description: 'A score of at most this, given now, brings the case back; null: none does' }),
    timeline: z.array(
      z
        .object({ seq: z.int(), type: z.string(), at, when: z.string(), what: z.string(), text: z.string().nullable() })
        .meta({ id: 'ResidentEvent' }),
    ),
    language,
    linkExpiresAt: at,
    asOf: at,
  })
  .meta({ id: 'ResidentView' });

export type ResidentView = z.output<typeof residentView>;

// What he does

export const residentAct = z
  .discriminatedUnion('act', [
    commandBodies['owner-answer'].extend({ act: z.literal('owner-answer') }),
    commandBodies.callback.extend({ act: z.literal('callback') }),
    commandBodies.rate.extend({ act: z.literal('rate') }),
    commandBodies.reopen.extend({ act: z.literal('reopen') }),
    commandBodies.note.extend({ act: z.literal('note') }),
  ])
  .meta({ id: 'ResidentActInput' });

const score = queryInteger({ min: 1, max: 5 });
/** What was left empty in a form is sent as an empty text. */
const emptied = <T extends z.ZodType>(schema: T) =>
  z
    .union([z.literal('').transform(() => null), schema])
    .optional()
    .transform((value) => value ?? null);
const comment = emptied(text());
const kept = {
  /** `seq` of what the page showed. */
  seq: queryInteger({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  /** Made with the page, so that a form that is sent twice is done once. */
  key: z.uuid(),
  lang: language.optional(),
};

export const residentForm = z
  .discriminatedUnion('act', [
    z.strictObject({
      ...kept,
      ...{ act: z.literal('owner-answer'), accepted: queryBoolean(), score: emptied(score), comment },
    }),
    z.strictObject({ ...kept, act: z.literal('callback'), solved: queryBoolean(), score, comment }),
    z.strictObject({ ...kept, act: z.literal('rate'), score, comment }),
    z.strictObject({ ...kept, act: z.literal('reopen'), reason: text() }),
    z.strictObject({ ...kept, act: z.literal('note'), text: text() }),
  ])
  .meta({ id: 'ResidentForm' });
