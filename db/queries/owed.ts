import { sql, type Kysely } from 'kysely';
import type { Role } from '../../domain/actor';
import { postOf } from '../../domain/book';
import type { Instant } from '../../domain/instant';
import type { OwedBy } from '../../domain/obligation';
import type { Database } from '../schema';
import { instantOf } from '../time';
import { inScope, type ProjectScope } from './lists';

/** What one person owes, case by case: for a hand-over, and before somebody leaves. */
export interface OwedCase {
  readonly no: string;
  readonly project: string;
  /** He is its first-contact owner. */
  readonly owner: boolean;
  /** He has its job, whether or not a clock of it runs. */
  readonly job: boolean;
  /** Open obligations that are his in person. */
  readonly obligations: readonly OwedItem[];
}

export interface OwedItem {
  readonly id: string;
  readonly kind: string;
  /** As what he owes it. */
  readonly as: OwedBy['as'];
  readonly dueAt: Instant;
}

/** A family with jobs, and the stages in which whoever has one has it to do. */
export interface JobStages {
  readonly family: string;
  readonly stages: readonly string[];
}

interface Owing {
  readonly person: string;
  readonly jobs: readonly JobStages[];
  readonly projects: ProjectScope;
  /** Only what is owed in this role. */
  readonly role?: Role | undefined;
}

/** By number. */
export async function owedCases(db: Kysely<Database>, { person, jobs, projects, role }: Owing): Promise<OwedCase[]> {
  const [owned, his, items] = await Promise.all([
    db
      .selectFrom('case')
      .select(['no', 'project'])
      .where('owner', '=', person)
      .where('closed_at', 'is', null)
      .where('ended', '=', false)
      .where(inScope(sql.ref('project'), projects))
      .execute(),
    db
      .selectFrom('case')
      .select(['no', 'project', sql<string>`snapshot #>> '{state,job,department}'`.as('department')])
      .where(sql<boolean>`snapshot #>> '{state,job,assignee}' = ${person}`)
      .where(({ or, and, eb }) =>
        or(jobs.map(({ family, stages }) => and([eb('family', '=', family), eb('stage', 'in', stages)]))),
      )
      .where('closed_at', 'is', null)
      .where(inScope(sql.ref('project'), projects))
      .execute(),
    db
      .selectFrom('obligation')
      .select(['case_no', 'project', 'id', 'kind', 'owed_as', 'due_at'])
      .where('owed_person', '=', person)
      .where(sql<boolean>`state = 'open'`)
      .where(inScope(sql.ref('project'), projects))
      .$if(role !== undefined, (all) => all.where('owed_role', '=', role ?? 'system'))
      .orderBy('due_at')
      .orderBy('id')
      .execute(),
  ]);
  const found = new Map<string, OwedCase>();
  const knownOf = ({ no, project }: Pick<OwedCase, 'no' | 'project'>): OwedCase =>
    found.get(no) ?? { no, project, owner: false, job: false, obligations: [] };
  const isMeant = (of: Role): boolean => role === undefined || role === of;
  // The owner answers as the front desk, whatever else he is.
  for (const one of owned) if (isMeant('customer_service')) found.set(one.no, { ...knownOf(one), owner: true });
  for (const one of his) if (isMeant(postOf(one.department))) found.set(one.no, { ...knownOf(one), job: true });
  for (const { case_no: no, project, id, kind, owed_as: as, due_at: due } of items) {
    const known = knownOf({ no, project });
    found.set(no, { ...known, obligations: [...known.obligations, { id, kind, as, dueAt: instantOf(due) }] });
  }
  return [...found.values()].sort((a, b) => (a.no < b.no ? -1 : 1));
}

/** Escalations that were sent to him and that he has not acknowledged, of open cases, oldest first. */
export async function unacknowledgedOf(db: Kysely<Database>, project: string, person: string) {
  const rows = await db
    .selectFrom('notification as n')
    .innerJoin('case as c', 'c.no', 'n.case_no')
    .select(['n.id', 'n.case_no as no', 'n.obligation', 'n.sent_at'])
    .where('n.recipient', '=', person)
    .where('n.project', '=', project)
    .where('n.template', '=', 'escalated')
    .where('n.acknowledged_at', 'is', null)
    .where('c.closed_at', 'is', null)
    .orderBy('n.sent_at')
    .orderBy('n.id')
    .execute();
  return rows.map(({ id, no, obligation, sent_at: sent }) => ({ id, no, obligation, sentAt: instantOf(sent) }));
}

/** Parts of a department that nobody has accepted, most urgent first. */
export async function unacceptedParts(db: Kysely<Database>, project: string, department: string) {
  const rows = await db
    .selectFrom('obligation')
    .select(['case_no as no', 'id', 'kind', 'due_at'])
    .where('project', '=', project)
    .where('owed_as', '=', 'department')
    .where('owed_department', '=', department)
    .where('owed_person', 'is', null)
    .where(sql<boolean>`state = 'open'`)
    .orderBy('due_at')
    .orderBy('case_no')
    .execute();
  return rows.map(({ due_at: due, ...rest }) => ({ ...rest, dueAt: instantOf(due) }));
}
