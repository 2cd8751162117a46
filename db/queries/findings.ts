import type { Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { CaseSnapshot } from '../../domain/projection';
import type { Database } from '../schema';
import type { ProjectionFindingTable } from '../schema/projection-finding';
import { instantOf, timeOf } from '../time';

/** What the auditor needs: the cases whose workflows should run, and where it keeps what it found. */

/** Rows read at once where only their numbers are. */
const NUMBERS = 5_000;

export interface ProjectedCase {
  readonly no: string;
  readonly project: string;
  readonly seq: number;
  readonly fence: number;
  readonly updatedAt: Instant;
  readonly snapshot: CaseSnapshot;
}

/** Cases whose workflow has not ended, by number, after `after` (`''`: from the first). */
export async function runningCases(
  db: Kysely<Database>,
  page: { readonly after: string; readonly limit: number },
): Promise<ProjectedCase[]> {
  const rows = await db
    .selectFrom('case')
    .select(['no', 'project', 'seq', 'fence', 'updated_at', 'snapshot'])
    .where('ended', '=', false)
    .where('no', '>', page.after)
    .orderBy('no')
    .limit(page.limit)
    .execute();
  return rows.map(({ updated_at: updatedAt, ...row }) => ({ ...row, updatedAt: instantOf(updatedAt) }));
}

/** Number and `seq` of all of them. */
export async function* openRows(db: Kysely<Database>): AsyncIterable<{ readonly no: string; readonly seq: number }> {
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('case')
      .select(['no', 'seq'])
      .where('ended', '=', false)
      .where('no', '>', after)
      .orderBy('no')
      .limit(NUMBERS)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < NUMBERS) return;
    after = last.no;
  }
}

export interface Finding {
  readonly caseNo: string;
  readonly foundAt: Instant;
  readonly kind: ProjectionFindingTable['kind'];
  readonly workflowSeq: number | null;
  readonly rowSeq: number | null;
}

export async function recordFinding(db: Kysely<Database>, finding: Finding): Promise<void> {
  await db
    .insertInto('projection_finding')
    .values({
      case_no: finding.caseNo,
      found_at: timeOf(finding.foundAt),
      kind: finding.kind,
      workflow_seq: finding.workflowSeq,
      row_seq: finding.rowSeq,
    })
    .onConflict((conflict) => conflict.columns(['case_no', 'found_at']).doNothing())
    .execute();
}

/** What was found of the case before is mended. */
export async function markRepaired(db: Kysely<Database>, caseNo: string, at: Instant): Promise<void> {
  await db
    .updateTable('projection_finding')
    .set({ repaired_at: timeOf(at) })
    .where('case_no', '=', caseNo)
    .where('repaired_at', 'is', null)
    .execute();
}

/** Not mended yet, oldest first. */
export async function openFindings(db: Kysely<Database>, limit: number): Promise<Finding[]> {
  const rows = await db
    .selectFrom('projection_finding')
    .select(['case_no as caseNo', 'found_at', 'kind', 'workflow_seq as workflowSeq', 'row_seq as rowSeq'])
    .where('repaired_at', 'is', null)
    .orderBy('found_at')
    .limit(limit)
    .execute();
  return rows.map(({ found_at: foundAt, ...row }) => ({ ...row, foundAt: instantOf(foundAt) }));
}
