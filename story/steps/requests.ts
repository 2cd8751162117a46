import { checkAnswers, checkTally } from '../check/answer';
import { atPointer, type HttpAnswer } from '../http';
import { UnknownNameError, type Session } from '../actors';
import { readObligations } from '../observe';
import { find, type Verdict } from '../check/check';
import type { Json } from '../format/values';
import type { Action, PlannedRequest } from '../plan/plan';

export interface Asked {
  readonly request: PlannedRequest;
  readonly answers: readonly HttpAnswer[];
  readonly verdicts: readonly Verdict[];
}

/** Sends all requests of a step at once, and looks at what came back. */
export async function ask(
  action: Extract<Action, { kind: 'requests' }>,
  session: Session,
): Promise<{ asked: Asked[]; verdicts: Verdict[] }> {
  const all = await Promise.all(
    action.requests.map(async (request) => {
      await nameObligation(request, session);
      return {
        request,
        answers: await Promise.all(Array.from({ length: request.times }, () => session.send(request))),
      };
    }),
  );
  for (const { request, answers } of all) await nameImported(request, answers, session);
  const asked = all.map(({ request, answers }): Asked => {
    learn(request, answers, session);
    const shown = filled(request, session);
    return { request: shown, answers, verdicts: action.answers ? [] : checkAnswers(shown, answers) };
  });
  const verdicts = action.answers
    ? [
        checkTally(
          action.answers,
          asked.flatMap(({ answers }) => answers),
        ),
      ]
    : [];
  return { asked, verdicts };
}

/** The id of an obligation that the body names by its kind. */
async function nameObligation({ body, about }: PlannedRequest, session: Session): Promise<void> {
  const written = body.kind === 'json' ? atPointer(body.value, '/obligation') : undefined;
  const key = typeof written === 'string' ? /^\$\{obligation\.(.+)\}$/.exec(written)?.[1] : undefined;
  if (key === undefined) return;
  const obligations = await readObligations(session.cases.get(about ?? '') ?? '', session).catch(() => []);
  const found = find(key, obligations);
  session.saved.set(`obligation.${key}`, typeof found === 'string' ? key : found.id);
}

/** What is expected may name what was learnt. */
function filled(request: PlannedRequest, session: Session): PlannedRequest {
  const { expected, title } = request;
  try {
    const body = expected.body === undefined ? undefined : session.fillAll(expected.body);
    const contains = expected.contains.map((text) => session.fill(text));
    return { ...request, title: session.fill(title), expected: { ...expected, body, contains } };
  } catch (error) {
    // The request itself says that a name is not known.
    if (error instanceof UnknownNameError) return request;
    throw error;
  }
}

/** Numbers of the cases that an import started, by the names that its rows give them. */
async function nameImported(
  { names }: PlannedRequest,
  [answer]: readonly HttpAnswer[],
  session: Session,
): Promise<void> {
  const id = atPointer(answer?.json, '/id');
  if (!names || names.size === 0 || typeof id !== 'string') return;
  const { json } = await session.get(`/api/v1/imports/${id}/rows?limit=200`);
  const items = atPointer(json, '/items');
  for (const item of Array.isArray(items) ? (items as readonly Json[]) : []) {
    const [row, ref] = [atPointer(item, '/row'), atPointer(item, '/ref')];
    const name = names.get(Number(row));
    if (name !== undefined && typeof ref === 'string') session.cases.set(name, ref);
  }
}

/** Numbers of cases and kept parts of answers. */
function learn(request: PlannedRequest, answers: readonly HttpAnswer[], session: Session): void {
  const good = answers.find(({ status }) => status >= 200 && status < 300);
  const no = atPointer(good?.json, '/no');
  if (request.starts !== null && typeof no === 'string') {
    // The one started last is the one that is meant from now on.
    session.cases.delete(request.starts);
    session.cases.set(request.starts, no);
  }
  const first = good ?? answers[0];
  for (const [name, pointer] of Object.entries(request.save)) {
    const header = pointer.startsWith('header:')
      ? first?.headers[pointer.slice('header:'.length).toLowerCase()]
      : undefined;
    const value = pointer.startsWith('header:') ? header : atPointer(first?.json, pointer);
    if (value !== undefined) session.saved.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
}
