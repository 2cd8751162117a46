import { createHash } from 'node:crypto';
import type { OpenedRecord } from '../../domain/event';
import { openCase } from '../../domain/engine';
import { isRefusal } from '../../domain/family';
import type { ComplaintOpening } from '../../domain/complaint/state';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import { complaint } from '../../domain/complaint';
import { withDays, type ProjectDays } from '../../domain/calendar';
import { MINUTE } from '../../domain/instant';
import { normalisePhone, normaliseRoom } from '../../common/crypto/blind-index';
import { isTransient } from '../../db/database';
import { findHome, type Home } from '../../db/queries/api-cases';
import { findReceipt } from '../../db/queries/cases';
import type { CaseAnswer } from '../../workflows/contracts/case';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import { problemOf } from '../refusals';
import type { NewComplaint } from '../schemas/complaint';
import { contactText } from '../schemas/contact';
import type { PlainText } from '../schemas/text';
import { withoutStoring, withRefs } from '../texts';
import { requireAsset } from '../resources/assets';
import { actorOf, homeOf } from './admit';
import { textStore } from './store-texts';

/** A report that comes later than this after it was made was typed in late. */
const TYPED_LATE = 5 * MINUTE;
/** Keyed numbers are 40 bits of a digest; the next is tried when one belongs to another key. */
const NUMBER_TRIES = 4;

export interface StartRequest {
  readonly body: NewComplaint;
  readonly principal: Principal;
  readonly idempotency: Idempotency | null;
  readonly now: number;
}

export interface Started {
  readonly no: string;
  readonly project: string;
  readonly reportedAt: number;
  readonly receivedAt: number;
}

/** Everything about a new complaint but its number. */
export interface Intake {
  readonly opening: Omit<ComplaintOpening, 'no' | 'matter' | 'restatement' | 'contact'>;
  readonly texts: {
    readonly matter: PlainText;
    readonly restatement: PlainText | null;
    readonly contact: PlainText | null;
  };
  readonly home: Home | null;
}

/**
 * Starts a complaint as soon as it is durable in Temporal. With an idempotency key the number is a digest of project
 * and key, so fifty equal requests at once make one workflow without a lock or a table.
 * @throws Problem with the domain's refusal; idempotency-mismatch; engine-unavailable
 */
export async function startComplaint(deps: ApiDeps, request: StartRequest): Promise<Started> {
  const intake = await prepare(deps, request);
  refuseImpossible(intake);
  const { idempotency, body } = request;
  const startKey = digest(idempotency?.key ?? deps.ids.uuid());
  const bodyHash = idempotency?.requestHash ?? startKey;
  for (let attempt = 0; attempt < NUMBER_TRIES; attempt += 1) {
    const no = idempotency
      ? deps.ids.keyedCaseNumber(complaint.letter, body.project, idempotency.key, attempt)
      : deps.ids.caseNumber(complaint.letter);
    const before = idempotency ? await earlierStart(deps, no, startKey) : null;
    if (before) return repeated(before, bodyHash);
    const texts = await withRefs(intake.texts, no, textStore(deps, `${startKey}/${bodyHash}`, request.now));
    const opening: ComplaintOpening = { ...intake.opening, no, ...texts };
    if ((await deps.engine.start('complaintWorkflow', { opening, startKey, bodyHash })) === 'started') {
      const { project, reportedAt, receivedAt } = opening;
      return { no, project: project.id, reportedAt, receivedAt };
    }
    const other = await deps.engine.read(no);
    if (other?.startKey === startKey) return repeated(startOf(other), bodyHash);
  }
  throw new Error('no free case number');
}

/** What would happen: the events of the first moment; nothing is stored. */
export function rehearse(intake: Intake) {
  const opening: ComplaintOpening = { ...intake.opening, no: 'C-0000-0000', ...withoutStoring(intake.texts) };
  return openCase(complaint, opening, { at: opening.receivedAt, by: opening.by });
}

export async function prepare(deps: ApiDeps, { body, principal, now }: StartRequest): Promise<Intake> {
  const project = await deps.directory.project(body.project);
  if (!project) throw problem('not-found');
  // The document of this family was checked by its schema when it was published.
  const policy = (await deps.directory.currentPolicy('complaint')) as ComplaintPolicy | null;
  if (!policy) throw problem('unknown-policy');
  await requireAsset(deps, project.id, body.place?.asset ?? null);
  const days = await deps.directory.projectDays(project.id);
  const reportedAt = body.reportedAt ?? now;
  const room = normaliseRoom(body.place?.room ?? '');
  const phone = normalisePhone(body.caller?.phone ?? '');
  const own = await homeOf(deps, principal);
  const roomIndex = own ?? (room === '' ? null : deps.blindIndex.room(project.id, body.place?.room ?? ''));
  const home = roomIndex === null ? null : await homeIfThere(deps, project.id, roomIndex);
  const record: OpenedRecord = {
    source: now - reportedAt > TYPED_LATE ? 'typed-late' : 'live',
    channel: body.channel,
    building: body.place?.building ?? home?.building ?? null,
    unit: body.place?.unit ?? home?.unit ?? null,
    asset: body.place?.asset ?? null,
    roomIndex,
    phoneIndex: phone === '' ? null : deps.blindIndex.phone(project.id, body.caller?.phone ?? ''),
    careColour: home?.careColour ?? null,
    repeatOf: body.repeatOf ?? null,
    rootCase: null,
    expectedResolutionAt: body.expectedResolutionAt ?? null,
  };
  return {
    opening: {
      project: { id: project.id, zone: project.zone },
      mode: 'live',
      policy: { ...policy, calendars: calendarsWith(days, policy.calendars) },
      reportedAt,
      receivedAt: now,
      by: actorOf(principal),
      type: body.type ?? null,
      subtype: body.subtype ?? null,
      priority: body.priority ?? null,
      level: null,
      record,
      restatementConfirmed: body.restatementConfirmed ?? null,
      departments: body.departments ?? null,
    },
    texts: {
      matter: body.matter,
      restatement: body.restatement ?? null,
      contact: contactText({ room: body.place?.room, ...body.caller }),
    },
    home,
  };
}

function refuseImpossible(intake: Intake): void {
  const step = rehearse(intake);
  if (isRefusal(step)) throw problemOf(step);
}

/** The calendars of a policy as they count in a project. */
function calendarsWith(days: ProjectDays | null, calendars: ComplaintPolicy['calendars']) {
  return Object.fromEntries(Object.entries(calendars).map(([name, calendar]) => [name, withDays(calendar, days)]));
}

async function homeIfThere(deps: ApiDeps, project: string, roomIndex: string): Promise<Home | null> {
  try {
    return await deps.reads.ask(() => findHome(deps.database.db, project, roomIndex));
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}

interface EarlierStart extends Started {
  readonly bodyHash: string;
}

/** The start that this key was used for before; also when its workflow is long gone. */
async function earlierStart(deps: ApiDeps, no: string, startKey: string): Promise<EarlierStart | null> {
  try {
    const receipt = await deps.reads.ask(() => findReceipt(deps.database.db, no, startKey));
    if (!receipt) return null;
    const { state } = receipt.answer.snapshot;
    return {
      no,
      project: state.project.id,
      reportedAt: state.reportedAt,
      receivedAt: state.receivedAt,
      bodyHash: receipt.bodyHash,
    };
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}

function startOf({ opening, bodyHash }: CaseAnswer): EarlierStart {
  const { no, project, reportedAt, receivedAt } = opening;
  return { no, project: project.id, reportedAt, receivedAt, bodyHash };
}

function repeated({ bodyHash, ...started }: EarlierStart, wanted: string): Started {
  if (bodyHash !== wanted) throw problem('idempotency-mismatch');
  return started;
}

function digest(key: string): string {
  return createHash('sha256').update(`start/${key}`).digest('hex');
}
