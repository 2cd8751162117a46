import type { Session } from './actors';
import type { Check, Keyed } from './check/matcher';
import { find } from './check/check';
import type {
  CaseObservation,
  Fields,
  Message,
  ObservedEvent,
  ObservedObligation,
  Observation,
  WorkItem,
} from './check/observation';
import type { Json } from './format/values';
import { atPointer, type HttpAnswer } from './http';
import type { Instant } from '../domain/instant';

/** What a check needs to see, read through the API as anybody could. All instants become milliseconds. */

/** Something could not be read: the check fails with this. */
export class ObservationError extends Error {
  override readonly name = 'ObservationError';
}

type Members = Readonly<Record<string, Json>>;

export async function observe(
  check: Check,
  session: Session,
  at: Instant,
  moments: readonly Instant[],
): Promise<Observation> {
  const no = check.case === null ? undefined : session.cases.get(check.case);
  if (check.case !== null && no === undefined) throw new ObservationError(`case "${check.case}" was not started`);
  const inboxes: Record<string, Message[]> = {};
  for (const { who } of check.inboxes) inboxes[who] ??= await inboxOf(who, no, session);
  const work: Record<string, WorkItem[]> = {};
  for (const { who } of check.work) work[who] ??= await workOf(who, session);
  return {
    at,
    moments,
    case: no === undefined ? null : await observeCase(no, check, session),
    inboxes,
    work,
    cases: check.cases === null ? null : await countCases(session),
  };
}

async function observeCase(no: string, check: Check, session: Session): Promise<CaseObservation> {
  const actor = check.actions ? session.actorNamed(check.actions.as) : session.overseer;
  const view = body(await session.get(`/api/v1/cases/${no}`, actor), `case ${no}`);
  const needsJournal = check.journal !== null || check.counts !== null;
  const journal = await readJournal(no, session, needsJournal);
  const obligations = obligationsOf(list(view['obligations']), journal);
  return {
    no,
    state: stateOf(view),
    obligations,
    journal,
    explanations: await explanationsOf(no, check.explanations, obligations, session),
    actions: Object.fromEntries(
      list(view['actions']).map((action) => [
        String(action['command']),
        { allowed: action['allowed'] ?? false, code: action['reasonCode'] ?? null },
      ]),
    ),
  };
}

/** Its obligations, by opening. */
export async function readObligations(no: string, session: Session): Promise<ObservedObligation[]> {
  const view = body(await session.get(`/api/v1/cases/${no}`), `case ${no}`);
  return obligationsOf(list(view['obligations']), await readJournal(no, session, false));
}

/** The case's fields by the names a story uses. */
function stateOf(view: Members): Fields {
  const detail = (view['detail'] ?? {}) as Members;
  const pause = view['pause'] as Members | null;
  return {
    ...view,
    reportedAt: instant(view['reportedAt']),
    receivedAt: instant(view['receivedAt']),
    closedAt: instant(view['closedAt']),
    plannedFinish: instant(view['plannedFinish']),
    parts: byName(view['parts'], 'department'),
    promises: byName(view['promises'], 'id'),
    pause: pause && { ...pause, from: instant(pause['from']), until: instant(pause['until']) },
    policyVersion: atPointer(view, '/policy/version') ?? null,
    satisfaction: detail['satisfaction'] ?? null,
    // Lists follow in a moment; the journal is compared with what is written.
    seq: view['projection'] === 'written' ? (view['seq'] ?? null) : null,
  };
}

function byName(value: Json | undefined, name: string): Fields {
  return Object.fromEntries(list(value).map((item) => [String(item[name]), item['state'] ?? null]));
}

/**
 * The whole journal; what was read before is not read again.
 *
 * @param needed false: what is known when the database is away.
 */
export async function readJournal(no: string, session: Session, needed: boolean): Promise<readonly ObservedEvent[]> {
  const events = session.journals.get(no) ?? [];
  session.journals.set(no, events);
  for (let from: Json | undefined = events.at(-1)?.seq ?? 0; typeof from === 'number';) {
    const answer = await session.get(`/api/v1/cases/${no}/timeline?after=${from}&limit=1000`);
    if (answer.status !== 200 && !needed) break;
    const page = body(answer, `timeline of ${no}`);
    const news = list(page['items']).map(eventOf);
    // Two names may stand for one case, and be read at once.
    events.push(...news.filter(({ seq }) => seq > (events.at(-1)?.seq ?? 0)));
    from = page['next'];
  }
  return [...events];
}

function eventOf(event: Members): ObservedEvent {
  const by = (event['by'] ?? {}) as Members;
  const data = withInstants((event['data'] ?? {}) as Members);
  const at = instant(event['at']) ?? 0;
  const [id, role] = [String(by['id']), String(by['role'])];
  const type = String(event['type']);
  const own = { type, at, by: id, occurredAt: instant(event['occurredAt']), episode: event['episode'] ?? null };
  return { seq: Number(event['seq']), type, at, by: id, role, fields: { ...data, ...own } };
}

/** By opening, with what only the journal tells: warnings, reminders, why it ended. */
function obligationsOf(views: readonly Members[], journal: readonly ObservedEvent[]): ObservedObligation[] {
  const events = journal.filter(({ type }) => type === 'obligation-opened');
  const opened = events.map(({ fields }) => atPointer(fields as Json, '/obligation/id'));
  const rank = (id: Json | undefined): number => {
    const index = opened.indexOf(id);
    return index < 0 ? opened.length : index;
  };
  const about = (type: string, id: string): ObservedEvent[] =>
    journal.filter((event) => event.type === type && event.fields['obligation'] === id);
  return views
    .map((view): ObservedObligation => {
      const id = String(view['id']);
      const owedBy = (view['owedBy'] ?? {}) as Members;
      const cancelled = about('obligation-cancelled', id)[0];
      const first = events[opened.indexOf(id)];
      return {
        ...withInstants(view),
        id,
        kind: String(view['kind']),
        limit: view['limitMs'] ?? null,
        late: view['lateMs'] ?? null,
        endedAt: instant(view['metAt']) ?? cancelled?.at ?? null,
        endReason: cancelled?.fields['reason'] ?? null,
        paused: view['pausedSince'] !== null,
        owedBy: owedBy['person'] ?? owedBy['role'] ?? null,
        department: owedBy['department'] ?? null,
        urgent: atPointer(first?.fields, '/obligation/urgent') ?? null,
        warned: about('obligation-warned', id).length,
        reminded: about('obligation-reminded', id).length,
        exhausted: about('ladder-exhausted', id).length > 0,
        escalations: list(view['escalations']).map((one) => withInstants(one)),
        moves: list(view['moves']).map((one) => withInstants(one)),
      };
    })
    .sort((a, b) => rank(a.id) - rank(b.id));
}

async function explanationsOf(
  no: string,
  wanted: Keyed | null,
  obligations: readonly ObservedObligation[],
  session: Session,
): Promise<Record<string, Fields>> {
  const explained: Record<string, Fields> = {};
  for (const { key } of wanted?.items ?? []) {
    const found = find(key, obligations);
    if (typeof found === 'string') continue;
    const view = body(
      await session.get(`/api/v1/cases/${no}/obligations/${encodeURIComponent(found.id)}/explanation`),
      `explanation of ${found.id}`,
    );
    const words = (view['words'] ?? {}) as Members;
    explained[found.id] = {
      ...withInstants(view),
      limit: view['limitMs'] ?? null,
      calendar: atPointer(view, '/calendar/name') ?? null,
      policyVersion: atPointer(view, '/policy/version') ?? null,
      says: Object.values(words)
        .flatMap((lines) => (Array.isArray(lines) ? (lines as readonly Json[]) : []))
        .join('\n'),
    };
  }
  return explained;
}

async function inboxOf(who: string, no: string | undefined, session: Session): Promise<Message[]> {
  const actor = session.actorNamed(who);
  const items = await pages('/api/v1/notifications', session, actor);
  const about =
    no === undefined
      ? items
      : items.filter((item) => item['case'] === no || item['caseNo'] === no || item['no'] === no);
  return about.map((item) => ({
    ...withInstants(item),
    args: withInstants((item['args'] ?? {}) as Members),
    template: String(item['template']),
    text: typeof item['text'] === 'string' ? item['text'] : (atPointer(item, '/text/text') ?? null),
  }));
}

async function workOf(who: string, session: Session): Promise<WorkItem[]> {
  const items = await pages('/api/v1/obligations', session, session.actorNamed(who));
  const names = new Map([...session.cases].map(([name, no]) => [no, name]));
  return items.map((item) => {
    const no = String(item['no']);
    return { ...withInstants(item), obligation: String(item['id']), no, case: names.get(no) ?? no };
  });
}

async function countCases(session: Session): Promise<number> {
  const answer = body(await session.get('/api/v1/cases?limit=1'), 'list of cases');
  return Number(answer['total']);
}

async function pages(path: string, session: Session, actor: ReturnType<Session['actorNamed']>): Promise<Members[]> {
  const items: Members[] = [];
  for (let cursor: Json | undefined = ''; typeof cursor === 'string';) {
    const query: string = cursor === '' ? 'limit=200' : `limit=200&cursor=${encodeURIComponent(cursor)}`;
    const page: Members = body(await session.get(`${path}?${query}`, actor), path);
    items.push(...list(page['items']));
    cursor = page['next'];
  }
  return items;
}

function body(answer: HttpAnswer, what: string): Members {
  if (answer.status === 200 && typeof answer.json === 'object' && answer.json !== null) return answer.json as Members;
  throw new ObservationError(`${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
}

function list(value: Json | undefined): readonly Members[] {
  return Array.isArray(value) ? (value as readonly Members[]) : [];
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/** Texts that are instants become milliseconds, at any depth. */
function withInstants(value: Members): Members {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deep(item)]));
}

function deep(value: Json): Json {
  if (typeof value === 'string') return INSTANT.test(value) ? Date.parse(value) : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(deep);
  return typeof value === 'object' && value !== null ? withInstants(value as Members) : value;
}

function instant(value: Json | undefined): Instant | null {
  return typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : null;
}
