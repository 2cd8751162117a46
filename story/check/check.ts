import type { Millis } from '../../domain/instant';
import { localText } from '../time';
import { TOLERANCE, type Check, type InboxCheck, type Keyed, type Matcher, type WorkCheck } from './matcher';
import type { CaseObservation, Fields, ObservedEvent, ObservedObligation, Observation } from './observation';
import { mismatches, plain, type Mismatch, type Scope } from './values';

/** One thing that was looked at, and whether it was so. */
export interface Verdict {
  readonly ok: boolean;
  /** `obligations.acknowledge.dueAt` */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  /** Of the journal, to be shown around a failure; null when it says nothing. */
  readonly around: number | null;
}

/** Compares what is expected with what was seen. Pure: equal arguments give equal verdicts. */
export function check(expected: Check, seen: Observation): Verdict[] {
  const scope: Scope = { zone: expected.zone, drift: seen.case ? driftOf(seen.case, seen.moments) : [] };
  return [
    ...(seen.case ? ofCase(expected, seen.case, scope) : withoutCase(expected)),
    ...expected.inboxes.flatMap((inbox) => ofInbox(inbox, seen, scope)),
    ...expected.work.flatMap((list) => ofWork(list, seen, scope)),
    ...(expected.cases === null ? [] : [verdict('cases', [diff(String(expected.cases), String(seen.cases))])]),
  ];
}

function ofCase(expected: Check, seen: CaseObservation, scope: Scope): Verdict[] {
  const { state, obligations, journal, counts, explanations, actions } = expected;
  return [
    gapless(seen),
    ...(state ? fields('state', state, seen.state, scope) : []),
    ...(obligations ? ofObligations(obligations, seen, scope) : []),
    ...(journal ? [ofJournal(journal.items, journal.exactly, seen.journal, scope)] : []),
    ...Object.entries(counts ?? {}).map(([type, count]) =>
      verdict(`counts.${type}`, [
        diff(String(count), String(seen.journal.filter((event) => event.type === type).length)),
      ]),
    ),
    ...(explanations?.items ?? []).flatMap(({ key, matcher }) => {
      const found = find(key, seen.obligations);
      const explained = typeof found === 'string' ? undefined : seen.explanations[found.id];
      if (!explained)
        return [failure(`explanation.${key}`, 'an explanation', typeof found === 'string' ? found : 'none')];
      return fields(`explanation.${key}`, matcher, explained, scope);
    }),
    ...Object.entries(actions?.commands ?? {}).flatMap(([command, matcher]) =>
      fields(`actions.${command}`, matcher, seen.actions[command] ?? { allowed: false, code: null }, scope),
    ),
  ];
}

/** Always checked: `seq` 1, 2, 3 … and the case at the last of them. */
function gapless({ journal, state }: CaseObservation): Verdict {
  const gap = journal.findIndex((event, index) => event.seq !== index + 1);
  if (gap >= 0) return failure('journal', `event ${gap + 1}`, `event ${journal[gap]?.seq ?? 'none'}: there is a gap`);
  const last = journal.length;
  return verdict('journal without a gap', [diff(String(last), String(state['seq'] ?? last))]);
}

function ofObligations({ items, exactly }: Keyed, seen: CaseObservation, scope: Scope): Verdict[] {
  const named = items.map(({ key, matcher }) => ({ key, matcher, found: find(key, seen.obligations) }));
  const verdicts = named.flatMap(({ key, matcher, found }) => {
    const what = `obligations.${key}`;
    if (typeof found === 'string') return [failure(what, 'an obligation', found)];
    return fields(what, matcher, found, scope).map((one) =>
      one.ok ? one : { ...one, around: lastAbout(found.id, seen.journal) },
    );
  });
  if (!exactly) return verdicts;
  const others = seen.obligations.filter(
    ({ id }) => !named.some(({ found }) => typeof found !== 'string' && found.id === id),
  );
  const actual = others.map((one) => `${one.id} (${plain(one['state'])})`).join(', ');
  return [...verdicts, verdict('all-obligations', [diff('no others', actual === '' ? 'no others' : actual)])];
}

/** An obligation by its id, by a kind that only one has, or as `kind#2` in the order of opening; else why there is none. */
export function find(key: string, all: readonly ObservedObligation[]): ObservedObligation | string {
  const exact = all.find(({ id }) => id === key);
  if (exact) return exact;
  const [kind = '', number] = key.split('#');
  const ofKind = all.filter((one) => one.kind === kind);
  const wanted = number === undefined ? (ofKind.length === 1 ? ofKind[0] : undefined) : ofKind[Number(number) - 1];
  if (wanted) return wanted;
  if (ofKind.length > 1)
    return `${ofKind.length} of this kind: ${ofKind.map(({ id }, index) => `${id} (${kind}#${index + 1})`).join(', ')}`;
  return `none; there are ${all.map(({ id }) => id).join(', ') || 'no obligations'}`;
}

function ofJournal(
  items: readonly Matcher[],
  exactly: boolean,
  journal: readonly ObservedEvent[],
  scope: Scope,
): Verdict {
  const what = exactly ? 'all-journal' : 'journal';
  let from = 0;
  for (const [index, item] of items.entries()) {
    const rest = journal.slice(from);
    const next = exactly
      ? rest[0] && matches(item, rest[0], scope)
        ? 0
        : -1
      : rest.findIndex((event) => matches(item, event, scope));
    if (next < 0) {
      const nearest = exactly ? rest[0] : nearestOf(item, rest, scope);
      return {
        ...failure(
          `${what}[${index}]`,
          describe(item, scope),
          nearest ? nearestText(item, nearest, scope) : 'no such event from here on',
        ),
        around: nearest?.seq ?? from,
      };
    }
    from += next + 1;
  }
  const left = exactly ? journal.slice(from) : [];
  return {
    ...verdict(what, [
      diff('no more events', left.length === 0 ? 'no more events' : left.map(({ type }) => type).join(', ')),
    ]),
    around: from,
  };
}

const matches = (matcher: Matcher, event: ObservedEvent, scope: Scope): boolean =>
  mismatches(matcher, event.fields, scope).length === 0;

/** The event of the same type that differs least. */
function nearestOf(item: Matcher, events: readonly ObservedEvent[], scope: Scope): ObservedEvent | undefined {
  const type = item.is === 'fields' ? item.fields['type'] : undefined;
  const same = events.filter((event) => type?.is === 'equal' && type.value === event.type);
  const scored = same.map((event) => ({ event, off: mismatches(item, event.fields, scope).length }));
  return scored.sort((a, b) => a.off - b.off || a.event.seq - b.event.seq)[0]?.event;
}

function nearestText(item: Matcher, event: ObservedEvent, scope: Scope): string {
  const parts = mismatches(item, event.fields, scope).map(({ path, actual }) => `${path}: ${actual}`);
  return `event ${event.seq} ${event.type} with ${parts.join(', ')}`;
}

function ofInbox({ who, exactly, messages }: InboxCheck, seen: Observation, scope: Scope): Verdict[] {
  const inbox = seen.inboxes[who] ?? [];
  const what = `${exactly ? 'all-inbox' : 'inbox'}.${who}`;
  const verdicts = messages.map(({ matcher, times, template }) => {
    const found = inbox.filter((message) => mismatches(matcher, message, scope).length === 0);
    const near = inbox.filter((message) => message.template === template && !found.includes(message));
    const others = near.map((message) =>
      mismatches(matcher, message, scope)
        .map(({ path, actual }) => `${path}: ${actual}`)
        .join(', '),
    );
    const hint = found.length !== times && others.length > 0 ? `; not counted, for: ${others.join(' | ')}` : '';
    return verdict(`${what}.${template}`, [diff(`${times} ×`, `${found.length} ×`, hint)]);
  });
  if (!exactly) return verdicts;
  const other = inbox.filter(
    (message) => !messages.some(({ matcher }) => mismatches(matcher, message, scope).length === 0),
  );
  const actual = other.map(({ template }) => template).join(', ');
  return [...verdicts, verdict(what, [diff('no others', actual === '' ? 'no others' : actual)])];
}

function ofWork({ who, exactly, items }: WorkCheck, seen: Observation, scope: Scope): Verdict[] {
  const list = seen.work[who] ?? [];
  const what = `${exactly ? 'all-work' : 'work'}.${who}`;
  const shown = list.map(({ obligation, no }) => `${obligation} (${no})`).join(', ') || 'nothing';
  if (exactly) return [verdict(what, mismatches({ is: 'list', items }, list, scope))];
  let from = 0;
  return items.map((item, index) => {
    const next = list.slice(from).findIndex((owed) => mismatches(item, owed, scope).length === 0);
    if (next < 0) return failure(`${what}[${index}]`, describe(item, scope), shown);
    from += next + 1;
    return verdict(`${what}[${index}]`, []);
  });
}

function withoutCase(expected: Check): Verdict[] {
  const asks =
    expected.state ??
    expected.obligations ??
    expected.journal ??
    expected.counts ??
    expected.explanations ??
    expected.actions;
  return asks ? [failure('case', 'a case', 'the story has started none yet')] : [];
}

/** By how much the moments of this case were late: timers, and commands after others of the same step. */
function driftOf({ journal }: CaseObservation, moments: readonly number[]): Millis[] {
  const drift = new Set<Millis>();
  for (const { at, fields: event } of journal) {
    const planned = event['plannedAt'];
    const due = typeof planned === 'number' ? planned : moments.findLast((moment) => moment <= at);
    if (due !== undefined && at > due && at - due < TOLERANCE) drift.add(at - due);
  }
  return [...drift];
}

function fields(what: string, matcher: Matcher, value: Fields, scope: Scope): Verdict[] {
  if (matcher.is !== 'fields') return [verdict(what, mismatches(matcher, value, scope))];
  const entries = Object.entries(matcher.fields);
  if (entries.length === 0) return [verdict(what, [])];
  return entries.map(([name, inner]) => verdict(`${what}.${name}`, mismatches(inner, value[name], scope)));
}

function diff(expected: string, actual: string, hint = ''): Mismatch & { same: boolean } {
  return { path: '', expected, actual: `${actual}${hint}`, same: expected === actual };
}

function verdict(what: string, found: readonly (Mismatch & { same?: boolean })[]): Verdict {
  const wrong = found.filter(({ same }) => same !== true);
  const named = (side: 'expected' | 'actual'): string =>
    wrong.map((one) => (one.path === '' || wrong.length === 1 ? one[side] : `${one.path}: ${one[side]}`)).join('; ');
  const place = wrong.length === 1 && wrong[0]?.path ? `${what} ${wrong[0].path}` : what;
  return { ok: wrong.length === 0, what: place, expected: named('expected'), actual: named('actual'), around: null };
}

function failure(what: string, expected: string, actual: string): Verdict {
  return { ok: false, what, expected, actual, around: null };
}

/** The last event about an obligation. */
function lastAbout(id: string, journal: readonly ObservedEvent[]): number | null {
  return journal.findLast(({ fields: event }) => event['obligation'] === id)?.seq ?? null;
}

function describe(matcher: Matcher, scope: Scope): string {
  if (matcher.is !== 'fields') return '';
  const parts = Object.entries(matcher.fields).map(([name, inner]) => {
    if (inner.is === 'equal') return `${name}: ${plain(inner.value)}`;
    if (inner.is === 'planned' || inner.is === 'happened') return `${name}: ${localText(inner.instant, scope.zone)}`;
    return name;
  });
  return parts.join(', ');
}
