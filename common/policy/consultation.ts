import type { z } from 'zod';
import type { ConsultationPolicy } from '../../domain/consultation/policy';
import { clockSchema, namesOf, ruleOf, rulesOf } from './clock';
import { list, name, strict } from './scalars';
import { compileFamily, familyShape, type Unpublished } from './schema';

function fileSchema(raw: unknown) {
  const names = namesOf(raw);
  const clock = clockSchema(names);
  return strict({
    ...familyShape('consultation', names),
    clocks: strict({ all: strict({ answer: clock }) }),
    promised: clock,
    subjects: list(name('_'), 'subjects', 1),
  });
}

/** Reads a consultation policy; the schema knows the names that the file gives itself. */
export function parseConsultation(raw: unknown): z.ZodSafeParseResult<Unpublished<ConsultationPolicy>> {
  return fileSchema(raw).transform(compile).safeParse(raw);
}

type File = z.output<ReturnType<typeof fileSchema>>;

function compile(file: File): Unpublished<ConsultationPolicy> {
  const { clocks, defaults, promised, subjects } = file;
  return {
    ...compileFamily(file),
    clocks: { all: rulesOf(clocks.all, defaults) },
    promised: { rule: ruleOf(promised, defaults) },
    subjects,
  };
}
