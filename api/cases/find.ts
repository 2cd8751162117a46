import type { OpenedRecord } from '../../domain/event';
import type { CaseSnapshot } from '../../domain/projection';
import { isTransient } from '../../db/database';
import { findCase } from '../../db/queries/cases';
import { parseCaseNumber } from '../../common/ids';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';

export interface FoundCase {
  readonly no: string;
  readonly project: string;
  readonly family: string;
  readonly record: OpenedRecord;
  readonly snapshot: CaseSnapshot;
  /** `pending`: asked of the workflow itself, because the read model does not have it (yet). */
  readonly projection: 'written' | 'pending';
}

/**
 * A case by its number, from the read model or else from its workflow, so that a number just given out never answers
 * 404 and a database that is away stops no command.
 * @throws Problem not-found
 */
export async function findAnywhere(deps: ApiDeps, text: string): Promise<FoundCase> {
  const no = parseCaseNumber(text);
  if (no === null) throw problem('not-found');
  const found = (await inReadModel(deps, no)) ?? (await inWorkflow(deps, no));
  if (!found) throw problem('not-found');
  return found;
}

export async function inWorkflow(deps: Pick<ApiDeps, 'engine'>, no: string): Promise<FoundCase | null> {
  const answer = await deps.engine.read(no);
  if (!answer) return null;
  const { snapshot, opening } = answer;
  return {
    no,
    project: snapshot.state.project.id,
    family: snapshot.state.family,
    record: opening.record,
    snapshot,
    projection: 'pending',
  };
}

async function inReadModel(deps: ApiDeps, no: string): Promise<FoundCase | null> {
  try {
    const row = await deps.reads.ask(() => findCase(deps.database.db, no));
    if (!row) return null;
    const { project, family, record, snapshot } = row;
    return { no, project, family, record, snapshot, projection: 'written' };
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}
