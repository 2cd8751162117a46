import type { z } from 'zod';
import { STAFF } from '../../domain/actor';
import type { Classification, ComplaintPolicy, ComplaintType } from '../../domain/complaint/policy';
import { HOUR, type Millis } from '../../domain/instant';
import { LEVELS, PRIORITIES, type Priority } from '../../domain/policy';
import { clockSchema, namesOf, ruleOf, rulesOf, type Names } from './clock';
import { report, valueAt } from './issues';
import { flag, list, named, oneOf, strict } from './scalars';
import { compileFamily, familyShape, type Unpublished } from './schema';

const TYPES = ['facility', 'service', 'fee', 'other'] as const satisfies readonly ComplaintType[];

/** The clocks of one priority. All end by its `close` but `test-result`, for which `close` is extended (K2). */
function column(names: Names, priority: Priority) {
  const clock = clockSchema(names, priority === 'urgent' ? 'urgent' : 'ordinary');
  return strict({
    acknowledge: clock,
    survey: clock.optional(),
    plan: clock.optional(),
    measure: clock.optional(),
    resolve: clock,
    'test-result': clock.optional(),
    close: clock,
  }).superRefine((clocks, ctx) => {
    for (const kind of ['acknowledge', 'survey', 'plan', 'measure'] as const) {
      notLater(ctx, kind, clocks[kind]?.limit, 'resolve', clocks.resolve.limit);
    }
    notLater(ctx, 'resolve', clocks.resolve.limit, 'close', clocks.close.limit);
  });
}

function unclassified(names: Names) {
  const clock = clockSchema(names);
  return strict({ classify: clock, acknowledge: clock, close: clock }).superRefine((clocks, ctx) => {
    notLater(ctx, 'classify', clocks.classify.limit, 'close', clocks.close.limit);
    notLater(ctx, 'acknowledge', clocks.acknowledge.limit, 'close', clocks.close.limit);
  });
}

function notLater(ctx: z.RefinementCtx, kind: string, limit: Millis | undefined, than: string, latest: Millis): void {
  if (limit === undefined || limit <= latest) return;
  const expected = `a limit no longer than that of ${than}, ${latest / HOUR} h`;
  report(ctx, 'contradiction', expected, { path: [kind, 'limit'] });
}

/** @param measured the priorities that have a `test-result` clock */
function classificationSchema(names: Names, measured: readonly string[]) {
  const row = strict({
    type: oneOf(TYPES, 'a type'),
    priority: oneOf(PRIORITIES, 'a priority'),
    departments: list(oneOf(names.departments, 'a department of this file'), 'departments', 1),
    outsideTest: flag().optional(),
  }).superRefine(({ priority, outsideTest }, ctx) => {
    if (!outsideTest || measured.includes(priority)) return;
    const expected = `false, or a priority with a test-result clock (${measured.join(', ') || 'there is none'})`;
    report(ctx, 'contradiction', expected, { path: ['outsideTest'] });
  });
  return named(row, 'classifications').superRefine((rows, ctx) => {
    for (const type of TYPES) {
      if (Object.values(rows).some((candidate) => candidate.type === type)) continue;
      report(ctx, 'missing', `one subtype of type ${type} at least`);
    }
  });
}

function fileSchema(raw: unknown) {
  const names = namesOf(raw);
  const measured = PRIORITIES.filter((priority) => valueAt(raw, ['clocks', priority, 'test-result']) !== undefined);
  const level = oneOf(LEVELS, 'a level');
  const closers = list(oneOf(STAFF, 'a role of the staff'), 'roles', 1);
  return strict({
    ...familyShape('complaint', names),
    clocks: strict({
      unclassified: unclassified(names),
      urgent: column(names, 'urgent'),
      important: column(names, 'important'),
      routine: column(names, 'routine'),
    }),
    ownerConfirm: clockSchema(names),
    ownerDecision: clockSchema(names),
    levels: strict({ urgent: level, important: level, routine: level }),
    mayClose: strict({ ordinary: closers, medium: closers, major: closers }),
    classification: classificationSchema(names, measured),
  });
}

/** Reads a complaint policy; the schema knows the names that the file gives itself. */
export function parseComplaint(raw: unknown): z.ZodSafeParseResult<Unpublished<ComplaintPolicy>> {
  return fileSchema(raw).transform(compile).safeParse(raw);
}

type File = z.output<ReturnType<typeof fileSchema>>;

function compile(file: File): Unpublished<ComplaintPolicy> {
  const { defaults, clocks } = file;
  return {
    ...compileFamily(file),
    clocks: {
      unclassified: rulesOf(clocks.unclassified, defaults),
      urgent: rulesOf(clocks.urgent, defaults),
      important: rulesOf(clocks.important, defaults),
      routine: rulesOf(clocks.routine, defaults),
    },
    ownerConfirm: { rule: ruleOf(file.ownerConfirm, defaults) },
    ownerDecision: { rule: ruleOf(file.ownerDecision, defaults) },
    classification: Object.entries(file.classification).map(([subtype, row]): Classification => ({
      subtype,
      ...row,
      outsideTest: row.outsideTest ?? false,
    })),
    levelOf: file.levels,
    mayClose: file.mayClose,
  };
}
