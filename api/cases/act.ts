import { WorkflowNotFoundError } from '@temporalio/client';
import type { CommandName, JournalEvent } from '../../domain/event';
import { ruleOf } from '../../domain/family';
import type { CaseSnapshot } from '../../domain/projection';
import { isTransient } from '../../db/database';
import { findReceipt } from '../../db/queries/cases';
import { journalPage } from '../../db/queries/journal-read';
import type { CommandEnvelope } from '../../workflows/contracts/case';
import type { ApiDeps } from '../deps';
import { familyOf, rolesOf } from '../families';
import type { Principal } from '../http/access';
import { requireFiles } from '../resources/files';
import { requireMatch, type IfMatch } from '../http/etag';
import type { Idempotency } from '../http/idempotency';
import { Problem, problem } from '../http/problem';
import { problemOf } from '../refusals';
import { withoutStoring, withRefs } from '../texts';
import { actorOf, admit } from './admit';
import { findAnywhere, inWorkflow, type FoundCase } from './find';
import { answeredBefore } from './receipt';
import { textStore } from './store-texts';

export interface ActRequest {
  readonly no: string;
  readonly command: CommandName;
  readonly body: object;
  readonly occurredAt?: number;
  readonly principal: Principal;
  readonly idempotency: Idempotency | null;
  readonly ifMatch: IfMatch | null;
  readonly now: number;
}

/** Events named to a caller whose If-Match is stale. */
const SINCE_MAX = 100;
/** No case gets as far; PostgreSQL's integer has no room for more. */
const SEQ_MAX = 2 ** 31 - 1;

/** Acts on a case and returns it as it was right after: the same key gets the same answer for ever. */
export async function act(deps: ApiDeps, request: ActRequest): Promise<FoundCase> {
  const found = await admitted(deps, request);
  const answered = request.idempotency ? await answeredBefore(deps, found.no, request.idempotency) : null;
  if (answered) return { ...found, snapshot: answered, projection: 'written' };
  const files = filesIn(request.body);
  if (files.length > 0) await requireFiles(deps, { ids: files, ...namedBy(found, request) });
  const id = request.idempotency?.key ?? deps.ids.uuid();
  const data = await withRefs(
    request.body,
    found.no,
    textStore(deps, `${id}/${request.idempotency?.requestHash ?? ''}`, request.now),
  );
  const { projection } = await sent(deps, found, request, envelopeOf(request, id, data, found));
  const snapshot = projection === 'written' ? await answerOf(deps, found.no, id) : null;
  if (snapshot) return { ...found, snapshot, projection: 'written' };
  const live = await inWorkflow(deps, found.no);
  if (!live) throw problem('not-found');
  return { ...live, projection };
}

/** Photos that the body names; the journal makes them part of the case. */
function filesIn(body: object): readonly string[] {
  return 'files' in body ? (body as { readonly files: readonly string[] }).files : [];
}

function namedBy({ no, project }: FoundCase, { principal, now }: ActRequest) {
  return { caseNo: no, project, principal, now };
}

export interface Rehearsal {
  readonly events: readonly JournalEvent[];
  readonly snapshot: CaseSnapshot;
}

/** What the command would do now, decided by the workflow itself; nothing is stored. */
export async function rehearseCommand(deps: ApiDeps, request: ActRequest): Promise<Rehearsal> {
  const found = await admitted(deps, request);
  const data = withoutStoring(request.body);
  const envelope = envelopeOf(request, deps.ids.uuid(), data, found);
  const preview = await deps.engine
    .preview(found.no, { name: request.command, envelope, at: request.now })
    .catch((error: unknown) => {
      throw error instanceof WorkflowNotFoundError ? archived(found) : error;
    });
  if ('refusal' in preview) throw problemOf(preview.refusal);
  return preview;
}

async function admitted(deps: ApiDeps, { no, principal, command }: ActRequest): Promise<FoundCase> {
  const found = await findAnywhere(deps, no);
  await admit(deps, principal, found);
  if (!ruleOf(familyOf(found.family), command)) {
    const allowed = rolesOf(command);
    if (!allowed.includes(principal.role)) throw problem('role-not-allowed', { role: principal.role, allowed });
    throw problem('not-of-this-family', { command, family: found.family });
  }
  return found;
}

function envelopeOf(request: ActRequest, id: string, data: unknown, found: FoundCase): CommandEnvelope {
  return {
    id,
    bodyHash: request.idempotency?.requestHash ?? id,
    by: actorOf(request.principal),
    ...(request.occurredAt === undefined ? {} : { occurredAt: request.occurredAt }),
    ...expectedSeq(request.ifMatch, found),
    data,
  };
}

/** One tag is checked by the workflow itself; of several, the one that fits what the read model shows. */
function expectedSeq(ifMatch: IfMatch | null, found: FoundCase): { readonly ifSeq?: number } {
  if (ifMatch === null || ifMatch.any) return {};
  const { seq } = found.snapshot.state;
  if (ifMatch.tags.length !== 1) requireMatch(ifMatch, seq);
  const wanted = ifMatch.tags.length === 1 ? Number(ifMatch.tags[0]) : seq;
  return { ifSeq: Number.isInteger(wanted) && wanted <= SEQ_MAX ? wanted : -1 };
}

async function sent(deps: ApiDeps, found: FoundCase, request: ActRequest, envelope: CommandEnvelope) {
  try {
    return await deps.engine.command(found.no, request.command, envelope);
  } catch (error) {
    // Its number is known, its workflow is not: the time for reopening is over.
    if (error instanceof WorkflowNotFoundError) throw archived(found);
    if (error instanceof Problem && error.code === 'stale' && envelope.ifSeq !== undefined) {
      throw await withSince(deps, error, found.no, envelope.ifSeq);
    }
    throw error;
  }
}

function archived({ snapshot }: FoundCase): Problem {
  return problem('case-archived', { stage: snapshot.state.stage });
}

/** 412 with what happened since (console.md section 9, 5). */
async function withSince(deps: ApiDeps, stale: Problem, no: string, after: number): Promise<Problem> {
  const events = await journalPage(deps.database.db, no, { after: Math.max(0, after), limit: SINCE_MAX }).catch(
    (error: unknown) => {
      if (isTransient(error)) return [];
      throw error;
    },
  );
  const since = events.map(({ seq, type, at, by }) => ({ seq, type, at, by: by.id }));
  return new Problem('stale', { args: stale.args, extensions: { since } });
}

async function answerOf(deps: ApiDeps, no: string, id: string): Promise<CaseSnapshot | null> {
  try {
    return (await deps.reads.ask(() => findReceipt(deps.database.db, no, id)))?.answer.snapshot ?? null;
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}
