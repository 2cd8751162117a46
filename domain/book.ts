import { STAFF, type Role } from './actor';
import type { Calendar, Interval } from './calendar';
import { draft, type Draft, type Recipient, type TextRef } from './event';
import type { Context } from './family';
import type { Instant, Millis } from './instant';
import { nextMoment } from './moments';
import {
  instantAt,
  isPaused,
  pausesUntil,
  ranAt,
  warnedBefore,
  type DueCause,
  type Obligation,
  type ObligationMoment,
  type OwedBy,
  type Terms,
} from './obligation';
import type { ClockRule, Debtor } from './policy';
import type { CaseState } from './state';

/** The obligation book: drafts that open, meet, move and cancel obligations, and how its events change it. */

export function termsOf(state: CaseState, obligation: Pick<Obligation, 'calendar' | 'ladder'>): Terms {
  return {
    zone: state.project.zone,
    calendar: calendarOf(state, obligation.calendar),
    ladder: obligation.ladder === null ? null : (state.policy.ladders[obligation.ladder] ?? null),
  };
}

function calendarOf(state: CaseState, name: string | null): Calendar | null {
  return name === null ? null : (state.policy.calendars[name] ?? null);
}

export function openObligations(state: CaseState): Obligation[] {
  return Object.values(state.obligations).filter((obligation) => obligation.state === 'open');
}

export function openOf(state: CaseState, kind: string): Obligation[] {
  return openObligations(state).filter((obligation) => obligation.kind === kind);
}

/** `resolve`, `progress:2026-11-23`, and from the second episode on `resolve@2`. */
export function obligationId(state: CaseState, kind: string, key?: string): string {
  const base = key === undefined ? kind : `${kind}:${key}`;
  return state.episode > 1 ? `${base}@${state.episode}` : base;
}

export interface OpenSpec {
  readonly kind: string;
  readonly key?: string;
  readonly rule: ClockRule;
  readonly start: Instant;
  /** Overrides the limit: due at this very instant. */
  readonly dueAt?: Instant;
  readonly windowFrom?: Instant;
  readonly department?: string;
  /** Overrides the rule's debtor. */
  readonly owedBy?: OwedBy;
  readonly cause?: 'reclassified';
}

/** Nothing is opened twice: an id that is in the book already yields no event. */
export function open(state: CaseState, spec: OpenSpec, context: Context): Draft[] {
  const id = obligationId(state, spec.kind, spec.key);
  if (state.obligations[id]) return [];
  const { rule } = spec;
  const calendar = calendarOf(state, rule.calendar);
  const base: Obligation = {
    id,
    kind: spec.kind,
    episode: state.episode,
    owedBy: spec.owedBy ?? owedBy(state, rule.owedBy, spec.department),
    start: spec.start,
    openedAt: context.at,
    windowFrom: spec.windowFrom ?? null,
    limit: rule.limit,
    calendar: rule.calendar,
    calendarVersion: calendar?.version ?? null,
    ladder: rule.ladder,
    pausable: rule.pausable,
    urgent: state.priority === 'urgent',
    dueBase: 0,
    dueAt: 0,
    bornLate: null,
    warn: rule.warn,
    warned: 0,
    remind: rule.remind ?? null,
    reminded: 0,
    pauses: pausesSince(state, spec),
    moves: [],
    state: 'open',
    missedAt: null,
    overdue: false,
    rung: -1,
    maxRung: -1,
    exhausted: false,
    escalations: [],
    endedAt: null,
    lateMs: null,
    endReason: null,
  };
  const terms = termsOf(state, base);
  const dueAt = spec.dueAt ?? instantAt(base, rule.limit, terms) ?? spec.start;
  const limit = spec.dueAt === undefined ? rule.limit : Math.max(0, ranAt(base, dueAt, terms));
  // The present pause stops it, unless its time was over before.
  const standing = rule.pausable && state.pause && dueAt >= state.pause.from;
  const pauses = standing ? [...base.pauses, { from: Math.max(state.pause.from, spec.start) }] : base.pauses;
  const clocked: Obligation = { ...base, dueAt, dueBase: dueAt, limit, pauses };
  const pastDue = dueAt < context.at && !standing;
  const late = pastDue ? (spec.cause ?? (dueAt < state.receivedAt ? 'typed-late' : null)) : null;
  const obligation: Obligation = { ...clocked, bornLate: late, warned: warnedBefore(clocked, context.at, terms) };
  return [draft('obligation-opened', { obligation })];
}

/** Pauses that are over, and that a limit counted from the start leaves out. A given date knows of them already. */
function pausesSince(state: CaseState, { rule, start, dueAt }: OpenSpec): readonly Interval[] {
  if (!rule.pausable || dueAt !== undefined) return [];
  return state.pauses.filter(({ to }) => to !== undefined && to > start);
}

/** The person or post that a debtor of the policy stands for in this case. */
export function owedBy(state: CaseState, debtor: Debtor, department?: string): OwedBy {
  switch (debtor.as) {
    case 'owner':
      return { as: 'owner', role: 'customer_service', department: 'customer_service', person: state.owner };
    case 'department': {
      const name = department ?? 'customer_service';
      return { as: 'department', role: postOf(name), department: name, person: state.parts[name]?.acceptedBy ?? null };
    }
    case 'assignee': {
      const name = state.job?.department ?? 'customer_service';
      return { as: 'assignee', role: postOf(name), department: name, person: state.job?.assignee ?? null };
    }
    case 'role':
      return { as: 'role', role: debtor.role, department: department ?? null, person: null };
    case 'resident':
      return { as: 'resident', role: 'resident', department: null, person: null };
  }
}

/** The department's post; a department without one of its own is spoken for by its head. */
export function postOf(department: string): Role {
  return STAFF.find((role) => role === department) ?? 'department_head';
}

/** What is owed by `from` in the sense of the case becomes owed by whoever stands there now. */
export function moveOwner(state: CaseState, obligations: readonly Obligation[], to: OwedBy): Draft[] {
  return obligations.map((obligation) =>
    draft('owner-moved', { obligation: obligation.id, from: obligation.owedBy, to }),
  );
}

/** Every open obligation of the kind is met at the context's instant. */
export function meet(state: CaseState, kind: string, context: Context): Draft[] {
  return meetAll(state, openOf(state, kind), context.at);
}

/** A clock that stands still runs again when its debt is paid, so that lateness is judged without the pause. */
export function meetAll(state: CaseState, obligations: readonly Obligation[], metAt: Instant): Draft[] {
  return obligations.flatMap((obligation) => {
    if (!isPaused(obligation)) return [meetOne(obligation, metAt)];
    const resumed = { ...obligation, pauses: pausesUntil(obligation, metAt) };
    const dueAt = instantAt(resumed, obligation.limit, termsOf(state, obligation)) ?? obligation.dueAt;
    return [draft('obligation-resumed', { obligation: obligation.id }), meetOne({ ...resumed, dueAt }, metAt)];
  });
}

export function meetOne(obligation: Obligation, metAt: Instant): Draft {
  const { id, dueAt } = obligation;
  return draft('obligation-met', { obligation: id, metAt, dueAt, lateMs: metAt - dueAt });
}

export function cancel(obligations: readonly Obligation[], reason: string): Draft[] {
  return obligations.flatMap((obligation) => [
    ...(isPaused(obligation) ? [draft('obligation-resumed', { obligation: obligation.id })] : []),
    draft('obligation-cancelled', { obligation: obligation.id, reason }),
  ]);
}

/** The due instant becomes `dueAt`. Causes other than an extension or a moved promise move what is scored as well. */
export function moveDue(
  state: CaseState,
  obligation: Obligation,
  dueAt: Instant,
  cause: DueCause,
  context: Context,
): Draft[] {
  // A date that is agreed on while the clock stands still is meant as from now on.
  const running = { ...obligation, pauses: pausesUntil(obligation, context.at) };
  const limit = Math.max(0, ranAt(running, dueAt, termsOf(state, obligation)));
  return dueMoved(state, obligation, dueAt, limit, cause, context);
}

/** After a pause: the same limit, counted without the time in which the clock stood still. */
export function moveDueByPauses(state: CaseState, obligation: Obligation, context: Context): Draft[] {
  const dueAt = instantAt(obligation, obligation.limit, termsOf(state, obligation));
  return dueAt === null ? [] : dueMoved(state, obligation, dueAt, obligation.limit, 'pause', context);
}

function dueMoved(
  state: CaseState,
  obligation: Obligation,
  dueAt: Instant,
  limit: Millis,
  cause: DueCause,
  context: Context,
): Draft[] {
  const shift = dueAt - obligation.dueAt;
  if (shift === 0) return [];
  const keepsBase = cause === 'extended' || cause === 'promise-moved';
  const newBase = keepsBase ? obligation.dueBase : cause === 'pause' ? obligation.dueBase + shift : dueAt;
  const warned = warnedBefore({ ...obligation, limit, dueAt }, context.at, termsOf(state, obligation));
  return [
    draft('due-moved', {
      obligation: obligation.id,
      cause,
      old: obligation.dueAt,
      new: dueAt,
      oldBase: obligation.dueBase,
      newBase,
      limit,
      warned,
    }),
  ];
}

/** Whoever owes it, as an address. */
export function debtorOf(obligation: Obligation): Recipient {
  const { owedBy: owed } = obligation;
  if (owed.as === 'resident') return { kind: 'resident' };
  if (owed.person !== null) return { kind: 'person', id: owed.person };
  return { kind: 'role', role: owed.role, department: owed.department };
}

export interface Notice {
  readonly template: string;
  readonly to: Recipient;
  readonly obligation?: Obligation;
  readonly args?: Readonly<Record<string, string | number>>;
  readonly text?: TextRef | null;
}

export function notify(state: CaseState, notice: Notice): Draft {
  const ladder = notice.obligation ? termsOf(state, notice.obligation).ladder : null;
  const role = notice.to.kind === 'role' ? notice.to.role : null;
  const from = ladder ? ladder.rungs.findIndex((rung) => rung.role === role) : -1;
  const upwards = ladder ? ladder.rungs.slice(from + 1).map((rung) => rung.role) : [];
  return draft('notify-requested', {
    template: notice.template,
    to: notice.to,
    obligation: notice.obligation?.id ?? null,
    urgent: state.priority === 'urgent',
    args: {
      ...(notice.obligation ? { kind: notice.obligation.kind, dueAt: notice.obligation.dueAt } : {}),
      ...notice.args,
    },
    upwards: notice.to.kind === 'resident' ? [] : upwards,
    text: notice.text ?? null,
  });
}

/** The next thing that an obligation of the case does by itself. Of two at one instant, the smaller id goes first. */
export function nextOfBook(state: CaseState): ObligationMoment | null {
  let next: ObligationMoment | null = null;
  for (const id of Object.keys(state.obligations).sort()) {
    const obligation = state.obligations[id];
    const moment = obligation ? nextMoment(obligation, termsOf(state, obligation)) : null;
    if (moment && (!next || wakeAt(moment) < wakeAt(next))) next = moment;
  }
  return next;
}

/** Done in the due millisecond is in time, so a miss is known one millisecond later. */
export function wakeAt(moment: { readonly at: Instant; readonly purpose: string }): Instant {
  return moment.purpose === 'miss' ? moment.at + 1 : moment.at;
}
