import type { z } from 'zod';
import type { RevisionPolicy } from '../../domain/standard-revision/policy';
import { clockSchema, namesOf, ruleOf, rulesOf } from './clock';
import { list, name, strict } from './scalars';
import { compileFamily, familyShape, type Unpublished } from './schema';

function fileSchema(raw: unknown) {
  const names = namesOf(raw);
  const clock = clockSchema(names);
  return strict({
    ...familyShape('standard-revision', names),
    clocks: strict({ all: strict({ propose: clock }) }),
    approve: clock,
    duties: list(name('_'), 'duties', 1),
  });
}

/** Reads a policy of standard revisions; the schema knows the names that the file gives itself. */
export function parseRevision(raw: unknown): z.ZodSafeParseResult<Unpublished<RevisionPolicy>> {
  return fileSchema(raw).transform(compile).safeParse(raw);
}

type File = z.output<ReturnType<typeof fileSchema>>;

function compile(file: File): Unpublished<RevisionPolicy> {
  const { approve, clocks, defaults, duties } = file;
  return {
    ...compileFamily(file),
    clocks: { all: rulesOf(clocks.all, defaults) },
    approve: { rule: ruleOf(approve, defaults) },
    duties,
  };
}
