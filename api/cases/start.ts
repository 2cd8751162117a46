import { createHash } from 'node:crypto';
import type { OpenedRecord, Opening, TextRef } from '../../domain/event';
import { openCase } from '../../domain/engine';
import { isRefusal } from '../../domain/family';
import { withDays, type ProjectDays } from '../../domain/calendar';
import { MINUTE } from '../../domain/instant';
import type { FamilyPolicy } from '../../domain/policy';
import { RULES } from '../../domain/rules';
import { normalisePhone, normaliseRoom } from '../../common/crypto/blind-index';
import { isTransient } from '../../db/database';
import { findHome, type Home } from '../../db/queries/api-cases';
import { findReceipt } from '../../db/queries/cases';
import type { CaseAnswer } from '../../workflows/contracts/case';
import type { ApiDeps } from '../deps';
import type { CommonOpening, Startable } from '../families/startable';
import type { Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import { problemOf } from '../refusals';
import { contactText } from '../schemas/contact';
import type { NewReport } from '../schemas/report';
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
  readonly entry: Startable;
  readonly body: NewReport;
  readonly principal: Principal;
  readonly idempotency: Idempotency | null;
  readonly now: number;
  /** It comes from another system, where it was open: it may be older than what is typed in. */
  readonly isImported?: boolean;
}

export interface Started {
  readonly no: string;
  readonly project: string;
  readonly reportedAt: number;
  readonly receivedAt: number;
  /** It was started before, by the same request. */
  readonly isRepeated: boolean;
}

/** Everything about a new case but its number. */
export interface Intake {
  readonly entry: Startable;
  readonly body: NewReport;
  readonly common: Omit<CommonOpening, 'no' | 'matter' | 'contact'>;
  readonly texts: Readonly<Record<string, PlainText | null>> & { readonly matter: PlainText };
  readonly home: Home | null;
}

/**
 * Starts a case as soon as it is durable in Temporal. With an idempotency key the number is a digest of project and
 * key, so fifty equal requests at once make one workflow without a lock or a table.
 * @throws Problem with the domain's refusal; idempotency-mismatch; engine-unavailable
 */
export async function startCase(deps: ApiDeps, request: StartRequest): Promise<Started> {
  const intake = await prepare(deps, request);
  refuseImpossible(intake);
  const { idempotency, body, entry } = request;
  const { letter } = entry.family;
  const startKey = digest(idempotency?.key ?? deps.ids.uuid());
  const bodyHash = idempotency?.requestHash ?? startKey;
  for (let attempt = 0; attempt < NUMBER_TRIES; attempt += 1) {
    const no = idempotency
      ? deps.ids.keyedCaseNumber(letter, body.project, idempotency.key, attempt)
      : deps.ids.caseNumber(letter);
    const before = idempotency ? await earlierStart(deps, no, startKey) : null;
    if (before) return repeated(before, bodyHash);
    const texts = await withRefs(intake.texts, no, textStore(deps, `${startKey}/${bodyHash}`, request.now));
    const opening = openingOf(intake, no, texts);
    if ((await deps.engine.start(entry.workflowType, { opening, startKey, bodyHash })) === 'started') {
      const { project, reportedAt, receivedAt } = opening;
      return { no, project: project.id, reportedAt, receivedAt, isRepeated: false };
    }
    const other = await deps.engine.read(no);
    if (other?.startKey === startKey) return repeated(startOf(other), bodyHash);
  }
  throw new Error('no free case number');
}

/**
 * What `startCase` would do, without doing it.
 * @returns the number that an equal request got before; null where the case would be new.
 * @throws Problem as `startCase`
 */
export async function rehearseStart(deps: ApiDeps, request: StartRequest): Promise<string | null> {
  refuseImpossible(await prepare(deps, request));
  const { idempotency, body, entry } = request;
  if (!idempotency) return null;
  const startKey = digest(idempotency.key);
  for (let attempt = 0; attempt < NUMBER_TRIES; attempt += 1) {
    const no = deps.ids.keyedCaseNumber(entry.family.letter, body.project, idempotency.key, attempt);
    const before = await earlierStart(deps, no, startKey);
    if (before) return repeated(before, idempotency.requestHash).no;
    const other = await deps.engine.read(no);
    if (other?.startKey === startKey) return repeated(startOf(other), idempotency.requestHash).no;
    if (!other) return null;
  }
  return null;
}

function openingOf(
  { entry, body, common }: Intake,
  no: string,
  { matter, contact = null, ...own }: Readonly<Record<string, TextRef | null>> & { readonly matter: TextRef },
): Opening {
  return entry.opening({ ...common, no, matter, contact }, body, own);
}

/** What would happen: the events of the first moment; nothing is stored. */
export function rehearse(intake: Intake) {
  const { family } = intake.entry;
  const opening = openingOf(intake, `${family.letter}-0000-0000`, withoutStoring(intake.texts));
  return openCase(family, opening, { at: opening.receivedAt, by: opening.by });
}

export async function prepare(
  deps: ApiDeps,
  { entry, body, principal, now, isImported = false }: StartRequest,
): Promise<Intake> {
  const project = await deps.directory.project(body.project);
  if (!project) throw problem('not-found');
  const policy = await deps.directory.currentPolicy(entry.family.name);
  if (!policy) throw problem('unknown-policy');
  await requireAsset(deps, project.id, body.place?.asset ?? null);
  const days = await deps.directory.projectDays(project.id);
  const room = normaliseRoom(body.place?.room ?? '');
  const own = await homeOf(deps, principal);
  const roomIndex = own ?? (room === '' ? null : deps.blindIndex.room(project.id, body.place?.room ?? ''));
  const home = roomIndex === null ? null : await homeIfThere(deps, project.id, roomIndex);
  return {
    entry,
    body,
    common: {
      project: { id: project.id, zone: project.zone },
      mode: 'live',
      policy: { ...policy, calendars: calendarsWith(days, policy.calendars) },
      rules: deps.rules ?? RULES,
      reportedAt: body.reportedAt ?? now,
      receivedAt: now,
      by: actorOf(principal),
      level: null,
      record: recordOf(deps, body, { project: project.id, roomIndex, home, now, isImported }),
    },
    texts: {
      ...entry.texts(body),
      matter: body.matter,
      contact: contactText({ room: body.place?.room, ...body.caller }),
    },
    home,
  };
}

interface Known {
  readonly project: string;
  readonly roomIndex: string | null;
  readonly home: Home | null;
  readonly now: number;
  readonly isImported: boolean;
}

function recordOf(deps: ApiDeps, body: NewReport, known: Known): OpenedRecord {
  const { project, roomIndex, home, now, isImported } = known;
  const phone = normalisePhone(body.caller?.phone ?? '');
  const late = now - (body.reportedAt ?? now) > TYPED_LATE;
  const live = body.channel === 'device_alarm' ? 'alarm' : late ? 'typed-late' : 'live';
  return {
    source: isImported ? 'imported' : live,
    channel: body.channel,
    building: body.place?.building ?? home?.building ?? null,
    unit: body.place?.unit ?? home?.unit ?? null,
    asset: body.place?.asset ?? null,
    roomIndex,
    phoneIndex: phone === '' ? null : deps.blindIndex.phone(project, body.caller?.phone ?? ''),
    careColour: home?.careColour ?? null,
    repeatOf: body.repeatOf ?? null,
    rootCase: null,
    expectedResolutionAt: body.expectedResolutionAt ?? null,
  };
}

function refuseImpossible(intake: Intake): void {
  const step = rehearse(intake);
  if (isRefusal(step)) throw problemOf(step);
}

/** The calendars of a policy as they count in a project. */
function calendarsWith(days: ProjectDays | null, calendars: FamilyPolicy['calendars']) {
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

interface EarlierStart extends Omit<Started, 'isRepeated'> {
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
  return { ...started, isRepeated: true };
}

function digest(key: string): string {
  return createHash('sha256').update(`start/${key}`).digest('hex');
}
