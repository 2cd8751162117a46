import { z } from 'zod';
import { STAFF } from '../../domain/actor';
import type { Millis } from '../../domain/instant';
import type { ClockRule, Debtor } from '../../domain/policy';
import { report, valueAt } from './issues';
import { duration, flag, oneOf, strict, whole } from './scalars';

/** The names that a policy file gives itself, so that every use of one can be checked where it stands. */
export interface Names {
  readonly ladders: readonly string[];
  readonly calendars: readonly string[];
  readonly departments: readonly string[];
}

/** Reads the names out of a file that may have any other mistake. */
export function namesOf(raw: unknown): Names {
  const departments = valueAt(raw, ['departments']);
  return {
    ladders: keysOf(valueAt(raw, ['ladders'])),
    calendars: keysOf(valueAt(raw, ['calendars'])),
    departments: Array.isArray(departments) ? departments.filter((name) => typeof name === 'string') : [],
  };
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

const NONE = 'none';

const FRACTION = 'a fraction of the limit above 0 and below 1, like 0.5';
const WARN = 'warn points in ascending order';

const warn = z
  .array(z.number({ error: FRACTION }).gt(0, FRACTION).lt(1, FRACTION), { error: `a list, each ${FRACTION}` })
  .max(10, 'a list of 10 warn points at most')
  .superRefine((points, ctx) => {
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      if (before !== undefined && point <= before) report(ctx, 'wrong-order', WARN, { path: [index] });
    }
  });

const debtor = oneOf(['owner', 'department', 'assignee', 'resident', ...STAFF], 'a debtor').transform((who): Debtor => {
  if (who === 'owner' || who === 'department' || who === 'assignee' || who === 'resident') return { as: who };
  return { as: 'role', role: who };
});

const remind = strict({ every: duration, times: whole(1, 100) });

function ladderName(names: Names) {
  return oneOf([NONE, ...names.ladders], 'a ladder of this file').transform((name) => (name === NONE ? null : name));
}

function calendarName(names: Names) {
  return oneOf([NONE, ...names.calendars], 'a calendar of this file').transform((name) =>
    name === NONE ? null : name,
  );
}

const ROUND_THE_CLOCK = `"${NONE}": an urgent clock runs 24 × 7`;
const noCalendar = z.string({ error: ROUND_THE_CLOCK }).transform((name, ctx): string | null => {
  if (name !== NONE) report(ctx, 'urgent-clock', ROUND_THE_CLOCK);
  return null;
});

const NEVER_PAUSED = "false: an urgent clock can't be paused";
const notPausable = z.boolean({ error: NEVER_PAUSED }).superRefine((pausable, ctx) => {
  if (pausable) report(ctx, 'urgent-clock', NEVER_PAUSED);
});

/** What a clock has that does not say otherwise. */
export function defaultsSchema(names: Names) {
  return strict({ warn, ladder: ladderName(names), owedBy: debtor });
}
export type Defaults = z.output<ReturnType<typeof defaultsSchema>>;

/** What may stand at any clock, whether its limit is given or follows from something else. */
export function clockOptions(names: Names) {
  return { warn: warn.optional(), ladder: ladderName(names).optional(), owedBy: debtor.optional() };
}

/** A clock as the file has it. An urgent one runs round the clock and stands still for nobody (policies.md). */
export function clockSchema(names: Names, urgency: 'urgent' | 'ordinary' = 'ordinary') {
  const urgent = urgency === 'urgent';
  return strict({
    limit: duration,
    calendar: (urgent ? noCalendar : calendarName(names)).optional(),
    pausable: (urgent ? notPausable : flag()).optional(),
    remind: remind.optional(),
    ...clockOptions(names),
  }).superRefine((clock, ctx) => {
    if (!clock.remind || clock.remind.every * clock.remind.times < clock.limit) return;
    // The engine reminds before the due instant only.
    report(ctx, 'contradiction', 'a last reminder that goes out before the limit', { path: ['remind'] });
  });
}
export type Clock = z.output<ReturnType<typeof clockSchema>>;

/** The rule that the domain reads. */
export function ruleOf(clock: Partial<Clock> & { readonly limit: Millis }, defaults: Defaults): ClockRule {
  return {
    limit: clock.limit,
    calendar: clock.calendar ?? null,
    warn: clock.warn ?? defaults.warn,
    pausable: clock.pausable ?? false,
    ladder: clock.ladder === undefined ? defaults.ladder : clock.ladder,
    owedBy: clock.owedBy ?? defaults.owedBy,
    ...(clock.remind ? { remind: clock.remind } : {}),
  };
}

/** The rules of one row of the policy; a clock that the row does not have is left out. */
export function rulesOf(
  clocks: Readonly<Record<string, Clock | undefined>>,
  defaults: Defaults,
): Readonly<Record<string, ClockRule>> {
  return Object.fromEntries(
    Object.entries(clocks).flatMap(([kind, clock]) => (clock ? [[kind, ruleOf(clock, defaults)] as const] : [])),
  );
}
