import type { Kysely } from 'kysely';
import type { Database } from '../schema';

/** What somebody works at in one project. */
export interface StaffTies {
  readonly post: string | null;
  readonly skills: readonly string[];
  readonly zones: readonly string[];
}

export interface StaffPlace {
  readonly staff: string;
  readonly project: string;
}

export async function tiesOf(db: Kysely<Database>, { staff, project }: StaffPlace): Promise<StaffTies> {
  const rows = await db
    .selectFrom('staff_tie')
    .select(['kind', 'code'])
    .where('staff', '=', staff)
    .where('project', '=', project)
    .orderBy('code')
    .execute();
  const codes = (kind: string) => rows.filter((row) => row.kind === kind).map(({ code }) => code);
  return { post: codes('post')[0] ?? null, skills: codes('skill'), zones: codes('zone') };
}

/** Exactly these from now on. */
export async function setTies(
  trx: Kysely<Database>,
  { staff, project }: StaffPlace,
  { post, skills, zones }: StaffTies,
): Promise<void> {
  await trx.deleteFrom('staff_tie').where('staff', '=', staff).where('project', '=', project).execute();
  const ties = [
    ...(post === null ? [] : [{ kind: 'post' as const, code: post }]),
    ...[...new Set(skills)].map((code) => ({ kind: 'skill' as const, code })),
    ...[...new Set(zones)].map((code) => ({ kind: 'zone' as const, code })),
  ];
  if (ties.length === 0) return;
  await trx
    .insertInto('staff_tie')
    .values(ties.map((tie) => ({ staff, project, ...tie })))
    .execute();
}
