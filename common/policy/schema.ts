import type { z } from 'zod';
import type { CallbackPolicy, DispatchPolicy, FamilyPolicy } from '../../domain/policy';
import { timeOfDay } from '../../domain/zone';
import { calendarSchema } from './calendar';
import { clockOptions, clockSchema, defaultsSchema, ruleOf, type Defaults, type Names } from './clock';
import { report } from './issues';
import { ladderSchema } from './ladder';
import { duration, list, name, named, oneOf, strict, time, whole } from './scalars';

/** A policy without its number, which it gets when it is published. */
export type Unpublished<P extends FamilyPolicy> = Omit<P, 'version'>;

/** The department that coordinates the others (CMP-043); work without a department of its own falls to it. */
const HUB = 'customer_service';

/** The daily update: its limit is the time between the reminder and the due time, every day of the year. */
function progressSchema(names: Names) {
  return strict({ remindAt: time, dueAt: time, ...clockOptions(names) }).superRefine(({ remindAt, dueAt }, ctx) => {
    if (timeOfDay(dueAt) <= timeOfDay(remindAt)) {
      report(ctx, 'wrong-order', `a time later than the reminder at ${remindAt}`, { path: ['dueAt'] });
    }
  });
}

/** The call after the work is done: its clocks, its hours, and when somebody counts as unreachable. */
function callbackSchema(names: Names) {
  return strict({
    first: clockSchema(names),
    second: clockSchema(names),
    from: time,
    to: time,
    attempts: whole(1, 20),
    days: whole(1, 20),
  }).superRefine(({ from, to, attempts, days }, ctx) => {
    if (timeOfDay(to) <= timeOfDay(from)) report(ctx, 'wrong-order', `a time later than ${from}`, { path: ['to'] });
    if (days > attempts) report(ctx, 'contradiction', `no more days than the ${attempts} attempts`, { path: ['days'] });
  });
}

/** The sections that every family has. A family spreads them into a mapping of its own. */
export function familyShape(family: string, names: Names) {
  return {
    policy: oneOf([family], 'the family of this policy'),
    departments: list(name('_'), 'departments', 1).superRefine((departments, ctx) => {
      if (!departments.includes(HUB)) report(ctx, 'missing', `${HUB} among the departments: it coordinates the others`);
    }),
    defaults: defaultsSchema(names),
    progress: progressSchema(names),
    // On a fixed grid from the confirmation of an outage, which is urgent whatever the case is.
    outageUpdate: clockSchema(names, 'urgent'),
    part: clockSchema(names),
    promise: clockSchema(names),
    pause: strict({ reasons: list(name('-'), 'reasons', 1), cap: duration }),
    reopen: strict({ within: duration, managerFrom: whole(1, 100) }),
    callback: callbackSchema(names).optional(),
    dispatch: strict({
      offer: strict({ urgent: clockSchema(names, 'urgent'), ordinary: clockSchema(names) }),
    }).optional(),
    recurrence: strict({ count: whole(2, 100), family: name('-') }).optional(),
    lateEntryMax: duration,
    ladders: named(ladderSchema, 'ladders'),
    calendars: named(calendarSchema, 'calendars').optional(),
  };
}

type FamilyFile = z.output<z.ZodObject<ReturnType<typeof familyShape>>>;

/** The part of the domain's policy that every family shares. */
export function compileFamily(file: FamilyFile): Unpublished<FamilyPolicy> {
  const { defaults, progress } = file;
  const limit = timeOfDay(progress.dueAt) - timeOfDay(progress.remindAt);
  return {
    id: file.policy,
    calendars: file.calendars ?? {},
    ladders: file.ladders,
    departments: file.departments,
    lateEntryMax: file.lateEntryMax,
    progress: {
      remindAt: progress.remindAt,
      dueAt: progress.dueAt,
      rule: ruleOf({ ...options(progress), limit }, defaults),
    },
    outageUpdate: { rule: ruleOf(file.outageUpdate, defaults) },
    pause: file.pause,
    part: { rule: ruleOf(file.part, defaults) },
    promise: { rule: ruleOf(file.promise, defaults) },
    reopen: file.reopen,
    ...(file.callback ? { callback: callbackOf(file.callback, defaults) } : {}),
    ...(file.dispatch ? { dispatch: dispatchOf(file.dispatch, defaults) } : {}),
    ...(file.recurrence ? { recurrence: file.recurrence } : {}),
  };
}

function callbackOf(
  { first, second, ...hours }: NonNullable<FamilyFile['callback']>,
  defaults: Defaults,
): CallbackPolicy {
  return { rule: ruleOf(first, defaults), secondRule: ruleOf(second, defaults), ...hours };
}

function dispatchOf({ offer }: NonNullable<FamilyFile['dispatch']>, defaults: Defaults): DispatchPolicy {
  return { offer: { urgent: ruleOf(offer.urgent, defaults), ordinary: ruleOf(offer.ordinary, defaults) } };
}

function options({ warn, ladder, owedBy }: FamilyFile['progress']) {
  return { warn, ladder, owedBy };
}
