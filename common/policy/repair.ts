import type { z } from 'zod';
import { LEVELS } from '../../domain/policy';
import type { Fault, RepairPolicy } from '../../domain/repair/policy';
import { clockSchema, namesOf, ruleOf, rulesOf, type Defaults, type Names } from './clock';
import { report } from './issues';
import { flag, list, name, named, oneOf, strict } from './scalars';
import { compileFamily, familyShape, type Unpublished } from './schema';

const PRIORITIES = ['urgent', 'routine'] as const;
const COLOURS = ['red', 'yellow', 'green'] as const;

/** Clocks of a priority, or of one fault that has its own. */
function column(names: Names, urgency: 'urgent' | 'ordinary') {
  const clock = clockSchema(names, urgency);
  return { dispatch: clock, contact: clock.optional(), survey: clock.optional(), arrive: clock };
}

function faultSchema(names: Names) {
  // They hold whatever its priority is, and any fault can be raised to urgent.
  const clock = clockSchema(names, 'urgent');
  return strict({
    category: name('_'),
    priority: oneOf(PRIORITIES, 'a priority of repairs'),
    level: oneOf(LEVELS, 'a level').optional(),
    post: name('_'),
    skills: list(name('_'), 'skills').optional(),
    department: oneOf(names.departments, 'a department of this file'),
    vital: flag().optional(),
    clocks: strict({ contact: clock.optional(), survey: clock.optional(), arrive: clock.optional() }).optional(),
  });
}

function fileSchema(raw: unknown) {
  const names = namesOf(raw);
  const alarm = clockSchema(names, 'urgent');
  return strict({
    ...familyShape('repair', names),
    dispatch: strict({ offer: strict({ urgent: clockSchema(names, 'urgent'), ordinary: clockSchema(names) }) }),
    callback: familyShape('repair', names).callback.unwrap(),
    clocks: strict({ urgent: strict(column(names, 'urgent')), routine: strict(column(names, 'ordinary')) }),
    alarm: named(alarm, 'clocks').superRefine((clocks, ctx) => {
      if (!clocks.other) report(ctx, 'missing', 'a clock for "other": alarms of a category without one of its own');
    }),
    eta: clockSchema(names),
    finish: clockSchema(names),
    vulnerable: list(oneOf(COLOURS, 'a care colour'), 'care colours'),
    faults: named(faultSchema(names), 'faults').superRefine((faults, ctx) => {
      if (Object.keys(faults).length === 0) report(ctx, 'missing', 'one fault at least');
    }),
  });
}

/** Reads a repair policy; the schema knows the names that the file gives itself. */
export function parseRepair(raw: unknown): z.ZodSafeParseResult<Unpublished<RepairPolicy>> {
  return fileSchema(raw).transform(compile).safeParse(raw);
}

type File = z.output<ReturnType<typeof fileSchema>>;

function compile(file: File): Unpublished<RepairPolicy> {
  const { defaults, clocks } = file;
  return {
    ...compileFamily(file),
    clocks: { urgent: rulesOf(clocks.urgent, defaults), routine: rulesOf(clocks.routine, defaults) },
    alarm: rulesOf(file.alarm, defaults),
    eta: { rule: ruleOf(file.eta, defaults) },
    finish: { rule: ruleOf(file.finish, defaults) },
    vulnerable: file.vulnerable,
    faults: Object.entries(file.faults).map(([fault, row]) => faultOf(fault, row, defaults)),
  };
}

function faultOf(fault: string, row: File['faults'][string], defaults: Defaults): Fault {
  const { skills = [], vital = false, level = 'ordinary', clocks = {}, ...rest } = row;
  return { fault, skills, vital, level, clocks: rulesOf(clocks, defaults), ...rest };
}
