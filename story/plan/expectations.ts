import type { PolicyPath } from '../../common/policy/issues';
import type { Check, InboxCheck, Keyed, Matcher, WorkCheck } from '../check/matcher';
import type { Expectation } from '../format/expectations';
import type { Json } from '../format/values';
import { parseDuration, parseMoment, type Moment } from '../time';
import type { Context } from './context';

/** From what a story writes to what the checker compares: moments become instants, names become fields. */

/** How each field is compared; the others must simply be equal. */
const PLANNED = [
  'reportedAt',
  'receivedAt',
  'plannedFinish',
  'dueAt',
  'dueBase',
  'start',
  'windowFrom',
  'until',
  'old',
  'new',
];
const HAPPENED = [
  'closedAt',
  'openedAt',
  'metAt',
  'missedAt',
  'endedAt',
  'at',
  'acknowledgedAt',
  'occurredAt',
  'sentAt',
  'from',
  'to',
];
/** Of an event's data. */
const PLANNED_DATA = [...PLANNED, 'finishAt', 'oldBase', 'newBase', 'expectedResolutionAt', 'confirmedAt'];
const HAPPENED_DATA = ['plannedAt', 'metAt', 'acknowledgedAt', 'closedAt', 'openedAt'];
const LENGTHS = ['late', 'lateMs', 'gapMs'];

/** @param name of the case that the place is about; null when there is none yet. */
export function planCheck(written: Expectation, context: Context, path: PolicyPath): Check {
  const label = context.caseOf(written.case, path);
  const both = written['all-obligations'] ?? written.obligations;
  if (written.obligations && written['all-obligations'])
    context.wrong(path, '"obligations" or "all-obligations", not both');
  if (written.journal && written['all-journal']) context.wrong(path, '"journal" or "all-journal", not both');
  const at = (...more: (string | number)[]): PolicyPath => [...path, ...more];
  return {
    path: path.map(String).join('.'),
    line: context.line(path),
    case: label,
    zone: context.zone,
    state: written.state ? stateMatcher(written.state, context, at('state')) : null,
    obligations: both
      ? keyed(
          both,
          !!written['all-obligations'],
          context,
          at(written['all-obligations'] ? 'all-obligations' : 'obligations'),
        )
      : null,
    journal: journalOf(written, context, path),
    counts: written.counts ?? null,
    inboxes: [
      ...inboxesOf(written.inbox, false, context, at('inbox')),
      ...inboxesOf(written['all-inbox'], true, context, at('all-inbox')),
    ],
    work: [
      ...workOf(written.work, false, context, at('work')),
      ...workOf(written['all-work'], true, context, at('all-work')),
    ],
    explanations: written.explanation ? keyed(written.explanation, false, context, at('explanation')) : null,
    actions: actionsOf(written, context, path),
    cases: written.cases ?? null,
  };
}

function stateMatcher(state: NonNullable<Expectation['state']>, context: Context, path: PolicyPath): Matcher {
  const { parts, promises, pause, ...rest } = state;
  const matcher = fieldsOf(rest, context, path);
  const words = (map: Readonly<Record<string, string>>): Matcher => ({
    is: 'fields',
    fields: Object.fromEntries(Object.entries(map).map(([name, value]) => [name, { is: 'equal', value }])),
  });
  return {
    is: 'fields',
    fields: {
      ...matcher.fields,
      ...(parts ? { parts: words(parts) } : {}),
      ...(promises ? { promises: words(promises) } : {}),
      ...(pause === undefined
        ? {}
        : { pause: pause === null ? { is: 'equal', value: null } : fieldsOf(pause, context, [...path, 'pause']) }),
    },
  };
}

function keyed(written: Readonly<Record<string, object>>, exactly: boolean, context: Context, path: PolicyPath): Keyed {
  const items = Object.entries(written).map(([key, fields]) => ({
    key,
    matcher: fieldsOf(fields, context, [...path, key]),
  }));
  return { exactly, items };
}

function journalOf(written: Expectation, context: Context, path: PolicyPath): Check['journal'] {
  const events = written['all-journal'] ?? written.journal;
  if (!events) return null;
  const key = written['all-journal'] ? 'all-journal' : 'journal';
  const items = events.map((event, index) =>
    eventMatcher(event as Readonly<Record<string, unknown>>, context, [...path, key, index]),
  );
  return { items, exactly: key === 'all-journal' };
}

function eventMatcher(written: Readonly<Record<string, unknown>>, context: Context, path: PolicyPath): Matcher {
  const { type, at, by, occurredAt, episode, ...data } = written;
  const own = fieldsOf({ type, at, by, occurredAt, episode }, context, path);
  return {
    is: 'fields',
    fields: { ...own.fields, ...dataMatcher(data as Readonly<Record<string, Json>>, context, path).fields },
  };
}

type FieldsMatcher = Extract<Matcher, { is: 'fields' }>;

/** The data of an event, or arguments: what holds an instant by its name is read as a moment when it is written as one. */
function dataMatcher(data: Readonly<Record<string, Json>>, context: Context, path: PolicyPath): FieldsMatcher {
  const fields: Record<string, Matcher> = {};
  for (const [name, value] of Object.entries(data)) {
    const here = [...path, name];
    if (isMapping(value)) fields[name] = dataMatcher(value, context, here);
    else fields[name] = dataValue(name, value, context, here);
  }
  return { is: 'fields', fields };
}

function dataValue(name: string, value: Json, context: Context, path: PolicyPath): Matcher {
  if (typeof value !== 'string') return { is: 'equal', value };
  const planned = PLANNED_DATA.includes(name);
  if (planned || HAPPENED_DATA.includes(name)) {
    const moment = parseMoment(value);
    if (moment) return { is: planned ? 'planned' : 'happened', instant: context.instant(moment, path) };
  }
  const length = LENGTHS.includes(name) ? parseDuration(value) : null;
  return length === null ? { is: 'equal', value } : { is: 'length', ms: length };
}

function isMapping(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that the format knows; moments are parsed already. */
function fieldsOf(written: object, context: Context, path: PolicyPath): FieldsMatcher {
  const fields: Record<string, Matcher> = {};
  for (const [name, value] of Object.entries(written) as [string, unknown][]) {
    if (value !== undefined) fields[name] = fieldOf(name, value, context, [...path, name]);
  }
  return { is: 'fields', fields };
}

function fieldOf(name: string, value: unknown, context: Context, path: PolicyPath): Matcher {
  if (isMoment(value)) {
    return { is: HAPPENED.includes(name) ? 'happened' : 'planned', instant: context.instant(value, path) };
  }
  if (name === 'late' && typeof value === 'number') return { is: 'length', ms: value };
  if (name === 'says') return { is: 'contains', text: String(value) };
  if (Array.isArray(value)) {
    const items = (value as unknown[]).map((item, index): Matcher =>
      typeof item === 'object' && item !== null
        ? fieldsOf(item, context, [...path, index])
        : { is: 'equal', value: item as Json },
    );
    return { is: 'list', items };
  }
  return { is: 'equal', value: value as Json };
}

function isMoment(value: unknown): value is Moment {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    ['instant', 'date', 'day', 'elapsed'].includes(String(value.kind))
  );
}

type Inboxes = NonNullable<Expectation['inbox']>;

function inboxesOf(written: Inboxes | undefined, exactly: boolean, context: Context, path: PolicyPath): InboxCheck[] {
  return Object.entries(written ?? {}).map(([who, messages]) => {
    known(who, context, [...path, who]);
    return {
      who,
      exactly,
      messages: messages.map((message, index) => {
        const {
          times = 1,
          args,
          text,
          ...rest
        } = message as { times?: number; args?: Record<string, Json>; text?: string; template: string };
        const here = [...path, who, index];
        const matcher = fieldsOf(rest, context, here);
        const fields: Record<string, Matcher> = { ...matcher.fields };
        if (args) fields['args'] = dataMatcher(args, context, [...here, 'args']);
        if (text !== undefined) fields['text'] = { is: 'contains', text };
        return { matcher: { is: 'fields', fields }, times, template: message.template };
      }),
    };
  });
}

type WorkLists = NonNullable<Expectation['work']>;

function workOf(written: WorkLists | undefined, exactly: boolean, context: Context, path: PolicyPath): WorkCheck[] {
  return Object.entries(written ?? {}).map(([who, items]) => {
    known(who, context, [...path, who]);
    return { who, exactly, items: items.map((item, index) => fieldsOf(item, context, [...path, who, index])) };
  });
}

function actionsOf(written: Expectation, context: Context, path: PolicyPath): Check['actions'] {
  if (!written.actions) return null;
  const as = written.as ?? { written: 'manager', name: 'manager', project: null };
  context.actor(as, [...path, 'as']);
  const commands = Object.entries(written.actions).map(
    ([command, wanted]) => [command, fieldsOf(wanted, context, [...path, 'actions', command])] as const,
  );
  return { as: as.written, commands: Object.fromEntries(commands) };
}

/** An inbox belongs to somebody, or to a role. */
function known(written: string, context: Context, path: PolicyPath): void {
  const [name = '', project = null] = written.split('@');
  context.actor({ written, name, project }, path, true);
}
