import type { z } from 'zod';
import type { DisputePolicy } from '../../domain/dispute/policy';
import { HOUR } from '../../domain/instant';
import { clockSchema, namesOf, rulesOf } from './clock';
import { report } from './issues';
import { list, name, strict } from './scalars';
import { compileFamily, familyShape, type Unpublished } from './schema';

function fileSchema(raw: unknown) {
  const names = namesOf(raw);
  const clock = clockSchema(names);
  const shape = familyShape('dispute', names);
  return strict({
    ...shape,
    callback: shape.callback.unwrap(),
    clocks: strict({
      all: strict({ acknowledge: clock, meeting: clock, close: clock }).superRefine(({ meeting, close }, ctx) => {
        if (meeting.limit <= close.limit) return;
        const expected = `a limit no longer than that of close, ${close.limit / HOUR} h`;
        report(ctx, 'contradiction', expected, { path: ['meeting', 'limit'] });
      }),
    }),
    subjects: list(name('_'), 'subjects', 1),
  });
}

/** Reads a dispute policy; the schema knows the names that the file gives itself. */
export function parseDispute(raw: unknown): z.ZodSafeParseResult<Unpublished<DisputePolicy>> {
  return fileSchema(raw).transform(compile).safeParse(raw);
}

type File = z.output<ReturnType<typeof fileSchema>>;

function compile(file: File): Unpublished<DisputePolicy> {
  const { clocks, defaults, subjects } = file;
  return {
    ...compileFamily(file),
    clocks: { all: rulesOf(clocks.all, defaults) },
    subjects,
  };
}
