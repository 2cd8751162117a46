import type { PolicyPath } from '../../common/policy/issues';
import { offsetText } from '../time';
import { FAMILIES } from '../../api/families';
import { startIn } from '../format/requests';
import type { Json } from '../format/values';
import { fileBeside, json, NO_BODY, type Asking, type Written } from './asking';
import type { Context } from './context';
import { planImport } from './imports';
import { planLink, throughLink } from './links';
import { COMMAND_DEFAULTS, INSTANTS, START_DEFAULTS } from './defaults';
import { RESIDENT } from './people';
import type { Body, ExpectedAnswer, PlannedRequest } from './plan';

const CLERK = { written: 'customer_service', name: 'customer_service', project: null };
const MANAGER = { written: 'manager', name: 'manager', project: null };
const IMPORTED = { state: 'done' };
const NO_ANSWER = { headers: {}, body: undefined, contains: [], same: [] };

export function planRequest(written: Written, context: Context, path: PolicyPath, file: string): PlannedRequest {
  const common = {
    line: context.line(path),
    actor: context.actor(written.as ?? (written.import ? MANAGER : CLERK), [...path, 'as']),
    headers: headersOf(written),
    ifMatch: written['if-match'] ?? null,
    times: written.times ?? 1,
    expected: expectedOf(written, context, path),
    save: written.save ?? {},
  };
  const query: Record<string, string> = written['dry-run'] ? { dryRun: 'true' } : {};
  const asking = askingOf(written, query, context, path, file);
  if (asking) {
    const headers = { ...asking.headers, ...common.headers };
    return { ...common, ...asking, headers, save: { ...asking.save, ...common.save }, starts: null };
  }
  const start = startIn(written);
  if (start) {
    const about = null;
    const starts = beginsCase(written) ? startedName(written, context, path) : null;
    return {
      ...common,
      title: start.word,
      method: 'POST',
      path: `/api/v1/${FAMILIES.find(({ title }) => title === start.word)?.path ?? ''}`,
      query,
      body: startBody(start, context, path),
      starts,
      about,
    };
  }
  if (written.do !== undefined) {
    const about = context.caseOf(written.case, path);
    if (about === null) context.wrong([...path, 'do'], 'a case: none was started before');
    const to = `/api/v1/cases/\${case.${about ?? 'case'}}/${written.do}`;
    return {
      ...common,
      title: written.do,
      method: 'POST',
      path: to,
      query,
      body: commandBody(written, context, path),
      starts: null,
      about,
    };
  }
  return {
    ...common,
    ...plainRequest(written, query, context, path, file),
    starts: null,
    about: context.caseOf(written.case, path),
  };
}

/** Links and imports. */
function askingOf(
  written: Written,
  query: Readonly<Record<string, string>>,
  context: Context,
  path: PolicyPath,
  file: string,
): Asking | null {
  if (written.import) return planImport(written.import, query, context, [...path, 'import'], file);
  if (written.through === undefined) return planLink(written, context, path);
  const body = commandBody(written, context, path);
  const value = body.kind === 'json' ? body.value : {};
  return throughLink(written.through, written.do ?? '', value, context, path);
}

/** A start that is refused or rehearsed makes no case. */
function beginsCase({ refused, answer, 'dry-run': rehearsed }: Written): boolean {
  const status = answer?.status;
  return !refused && rehearsed !== true && (status === undefined || status < 300);
}

/** `case`, `case-2`, … unless it is named. */
function startedName(written: Written, context: Context, path: PolicyPath): string {
  const count = context.cases.length;
  const name = written.case ?? (count === 0 ? 'case' : `case-${count + 1}`);
  if (context.cases.includes(name)) {
    // The same request again, with its key: the same case.
    if (written.idempotency === undefined)
      context.wrong([...path, 'case'], `a name that no case before has: ${context.cases.join(', ')}`);
    context.cases.splice(context.cases.indexOf(name), 1);
  }
  context.cases.push(name);
  return name;
}

function startBody(
  { word, body: own }: NonNullable<ReturnType<typeof startIn>>,
  context: Context,
  path: PolicyPath,
): Body {
  const home = context.cast.households.find(({ residents }) => residents.some(({ id }) => id === RESIDENT));
  const project = typeof own['project'] === 'string' ? own['project'] : (context.cast.projects[0]?.id ?? '');
  const place: Record<string, Json> = home?.project === project ? { place: { room: home.room } } : {};
  return json({ project, ...START_DEFAULTS[word], ...place, ...instants(own, context, [...path, word]) });
}

function commandBody(written: Written, context: Context, path: PolicyPath): Body {
  const own = instants(written.with ?? {}, context, [...path, 'with']);
  const occurred =
    written.occurred && offsetText(context.instant(written.occurred, [...path, 'occurred']), context.zone);
  // An obligation is named as in expectations: by id, kind or `kind#2`. Its id is looked up when the request is made.
  const named = own['obligation'];
  if (typeof named === 'string' && !named.includes('${')) own['obligation'] = `\${obligation.${named}}`;
  return json({ ...COMMAND_DEFAULTS[written.do ?? ''], ...own, ...(occurred ? { occurredAt: occurred } : {}) });
}

/** Moments in members that hold instants become RFC 3339, also inside lists such as `promises`. */
function instants(body: Readonly<Record<string, Json>>, context: Context, path: PolicyPath): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]): [string, Json] => {
      const here = [...path, name];
      if (INSTANTS.includes(name)) return [name, context.instantText(value, here)];
      if (!Array.isArray(value)) return [name, value];
      const items = (value as readonly Json[]).map((item, index) =>
        typeof item === 'object' && item !== null && !Array.isArray(item)
          ? instants(item as Readonly<Record<string, Json>>, context, [...here, index])
          : item,
      );
      return [name, items];
    }),
  );
}

type PlainRequest = Pick<PlannedRequest, 'title' | 'method' | 'path' | 'query' | 'body'>;

function plainRequest(
  written: Written,
  query: Record<string, string>,
  context: Context,
  path: PolicyPath,
  file: string,
): PlainRequest {
  const { method = 'GET', path: to = '/', query: asked = {}, ...body } = written.request ?? {};
  const all = { ...Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)])), ...query };
  return {
    title: `${method} ${to}`,
    method,
    path: to,
    query: all,
    body: bodyOf(body, context, [...path, 'request'], file),
  };
}

function bodyOf(
  body: Omit<NonNullable<Written['request']>, 'method' | 'path' | 'query'>,
  context: Context,
  path: PolicyPath,
  file: string,
): Body {
  if (body.json !== undefined) return { kind: 'json', value: body.json };
  if (body.raw !== undefined) return { kind: 'text', text: body.raw };
  if (body.base64 !== undefined) return { kind: 'bytes', bytes: Buffer.from(body.base64, 'base64') };
  if (body.generated !== undefined) {
    return { kind: 'bytes', bytes: Buffer.from(body.generated.map(({ text, times }) => text.repeat(times)).join('')) };
  }
  return body.file === undefined ? NO_BODY : fileBeside(body.file, context, [...path, 'file'], file);
}

function headersOf(written: Written): Record<string, string> {
  return {
    ...(written.idempotency === undefined ? {} : { 'Idempotency-Key': written.idempotency }),
    ...written.headers,
  };
}

function expectedOf(written: Written, context: Context, path: PolicyPath): ExpectedAnswer {
  const { refused = null, answer, answers, times = 1 } = written;
  if (answers) {
    const sum = Object.values(answers).reduce((total, count) => total + count, 0);
    if (sum !== times)
      context.wrong([...path, 'answers'], `${times} answers in all, as many as there are requests, not ${sum}`);
  }
  return {
    ...NO_ANSWER,
    refused,
    status: answer?.status ?? null,
    headers: answer?.headers ?? {},
    // An import that was refused as a whole is an answer like any other.
    body: answer?.body ?? (written.import && !answer && !refused ? IMPORTED : undefined),
    contains: answer?.contains ?? [],
    same: answer?.same ?? [],
  };
}
