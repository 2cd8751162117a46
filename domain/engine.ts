import { SYSTEM } from './actor';
import { momentDrafts } from './slices/obligations';
import { nextOfBook, wakeAt } from './book';
import {
  draft,
  type Command,
  type CommandData,
  type CommandName,
  type Draft,
  type EventOf,
  type EventType,
  type JournalEvent,
} from './event';
import { isRefusal, refuse, ruleOf, type CaseMoment, type Context, type Family, type Refusal } from './family';
import { MINUTE, type Instant } from './instant';
import type { ObligationMoment } from './obligation';
import type { CaseState } from './state';

/**
 * One pure step of a case: a command, a wake or the outcome of an effect goes in, numbered events and the new state
 * come out. The workflow only carries it out; dry runs, what-if and rebuilds fold the same functions.
 */
export interface Step<S extends CaseState> {
  readonly state: S;
  readonly events: readonly JournalEvent[];
}

/** Later than this, the engine was away: the gap is a fact of its own. */
const WAKE_GAP = MINUTE;
/** A device's clock may be ahead of ours by this much. */
const CLOCK_SKEW = 2 * MINUTE;

type Moment = ObligationMoment | (CaseMoment & { readonly obligation?: undefined });

export function openCase<S extends CaseState, O>(
  family: Family<S, O>,
  opening: O,
  context: Omit<Context, 'via'>,
): Step<S> | Refusal {
  const full: Context = { ...context, via: { kind: 'start' } };
  const initial = family.initial(opening);
  const drafts = family.open(initial, opening, full);
  if (isRefusal(drafts)) return drafts;
  const opened = apply(family, initial, drafts, full);
  const woken = wake(family, opened.state, context.at);
  return number(initial.seq, { state: woken.state, events: [...opened.events, ...woken.events] });
}

/**
 * Whether the command is allowed and what follows. Moments that lie before it are played first, so that what was due
 * is missed whether or not its timer was quicker than the command.
 */
export function runCommand<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  command: Command,
  at: Instant,
): Step<S> | Refusal {
  const before = wake(family, state, at);
  if (before.state.ended) return refuse('case-archived', { stage: state.stage });
  const rule = ruleOf(family, command.name);
  if (!rule) return refuse('command-unknown', { command: command.name });
  if (!rule.roles.includes(command.by.role)) {
    return refuse('role-not-allowed', { role: command.by.role, allowed: rule.roles });
  }
  const wrongTime = checkOccurred(rule.field === true, command, state, at);
  if (wrongTime) return wrongTime;
  const context: Context = { at, by: command.by, via: { kind: 'command', command: command.name, id: command.id } };
  const guarded = rule.guard(before.state, context);
  if (guarded) return guarded;
  const decided = rule.decide(before.state, command.data, context, command.occurredAt);
  if (isRefusal(decided)) return decided;
  const done = apply(family, before.state, decided, context);
  const after = wake(family, done.state, at);
  return number(state.seq, { state: after.state, events: [...before.events, ...done.events, ...after.events] });
}

function checkOccurred(field: boolean, command: Command, state: CaseState, at: Instant): Refusal | null {
  const { occurredAt } = command;
  if (occurredAt === undefined) return null;
  if (!field) return refuse('occurred-not-accepted', { command: command.name });
  if (occurredAt > at + CLOCK_SKEW || occurredAt < state.reportedAt) {
    return refuse('occurred-out-of-range', { from: state.reportedAt, to: at + CLOCK_SKEW });
  }
  return null;
}

/** Everything that has come by itself up to `at`, in the order of its instants. */
export function runWake<S extends CaseState, O>(family: Family<S, O>, state: S, at: Instant): Step<S> {
  return number(state.seq, wake(family, state, at));
}

/** An effect has been carried out: its outcome goes into the journal. */
export function recordEffect<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  outcome: Draft,
  of: number,
  at: Instant,
): Step<S> {
  return number(state.seq, apply(family, state, [outcome], { at, by: SYSTEM, via: { kind: 'effect', of } }));
}

/** What an effect found out or brought about, as a command of the system. */
export interface Answer {
  /** Number of the event that asked for it. */
  readonly of: number;
  readonly effect: string;
  readonly command: { readonly name: CommandName; readonly data: unknown } | null;
  /** It can never be carried out. */
  readonly failed?: true;
}

/**
 * The answer to an effect is a command that nobody waits for: when it is not to be done any more, that is a fact of the
 * journal and no error.
 */
export function runAnswer<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  { of, effect, command, failed }: Answer,
  at: Instant,
): Step<S> {
  const before = wake(family, state, at);
  if (before.state.ended || (!command && !failed)) return number(state.seq, before);
  const context: Context = { at, by: SYSTEM, via: { kind: 'effect', of } };
  const decided = command ? decideAnswer(family, before.state, command, context) : refuse('failed');
  const drafts = isRefusal(decided) ? [draft('effect-refused', { of, effect, refused: decided.refused })] : decided;
  const done = apply(family, before.state, drafts, context);
  const after = wake(family, done.state, at);
  return number(state.seq, { state: after.state, events: [...before.events, ...done.events, ...after.events] });
}

function decideAnswer<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  { name, data }: NonNullable<Answer['command']>,
  context: Context,
): readonly Draft[] | Refusal {
  const rule = ruleOf(family, name);
  if (!rule?.roles.includes('system')) return refuse('command-unknown', { command: name });
  return rule.guard(state, context) ?? rule.decide(state, data as CommandData[CommandName], context);
}

/** When the case next wakes by itself; null when it waits for people alone. */
export function nextWake<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
): { readonly at: Instant; readonly purpose: string; readonly obligation: string | null } | null {
  const moment = nextMomentOf(family, state);
  return moment ? { at: wakeAt(moment), purpose: moment.purpose, obligation: moment.obligation ?? null } : null;
}

/** The state after an event, as every slice sees it. */
export function evolve<S extends CaseState, O>(family: Family<S, O>, state: S, event: JournalEvent): S {
  let next = state;
  for (const slice of family.slices) {
    const change = slice.evolve?.[event.type] as ((state: S, event: JournalEvent) => S) | undefined;
    if (change) next = change(next, event);
  }
  return next;
}

/** States never change, and each is asked several times: before a command, for the timer, for what is shown. */
const nextMoments = new WeakMap<CaseState, Moment | null>();

function nextMomentOf<S extends CaseState, O>(family: Family<S, O>, state: S): Moment | null {
  const known = nextMoments.get(state);
  if (known !== undefined) return known;
  const next = state.ended ? null : earliestMoment(family, state);
  nextMoments.set(state, next);
  return next;
}

function earliestMoment<S extends CaseState, O>(family: Family<S, O>, state: S): Moment | null {
  let next: Moment | null = null;
  for (const slice of family.slices) {
    for (const moment of slice.moments?.(state) ?? []) {
      if (!next || moment.at < wakeAt(next)) next = { at: moment.at, purpose: moment.purpose };
    }
  }
  const ofBook = nextOfBook(state);
  return ofBook && (!next || wakeAt(ofBook) < wakeAt(next)) ? ofBook : next;
}

function wake<S extends CaseState, O>(family: Family<S, O>, state: S, at: Instant): Step<S> {
  let current = state;
  const events: JournalEvent[] = [];
  for (;;) {
    const moment = nextMomentOf(family, current);
    if (!moment || wakeAt(moment) > at) break;
    const context: Context = {
      at,
      by: SYSTEM,
      via: { kind: 'timer', purpose: moment.purpose, plannedAt: moment.at },
    };
    if (at - moment.at > WAKE_GAP && events.length === 0 && isLate(current, moment, at)) {
      const gap = apply(family, current, [draft('wake-gap', { plannedAt: moment.at, gapMs: at - moment.at })], context);
      events.push(...gap.events);
      current = gap.state;
    }
    const fired = draft('timer-fired', {
      purpose: moment.purpose,
      obligation: moment.obligation ?? null,
      plannedAt: moment.at,
    });
    const step = apply(family, current, [fired, ...draftsOf(family, current, moment, context)], context);
    events.push(...step.events);
    current = step.state;
  }
  return { state: current, events: withoutStale(events, current) };
}

/** What was due before the case was in the system says nothing about the engine. */
function isLate(state: CaseState, moment: Moment, at: Instant): boolean {
  return moment.at > state.receivedAt && state.receivedAt < at - WAKE_GAP;
}

function draftsOf<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  moment: Moment,
  context: Context,
): readonly Draft[] {
  if (moment.obligation !== undefined) return momentDrafts(state, moment, context);
  for (const slice of family.slices) {
    const act = slice.wake && Object.hasOwn(slice.wake, moment.purpose) ? slice.wake[moment.purpose] : undefined;
    if (act) return act(state, moment, context);
  }
  return [];
}

/**
 * After an outage several rounds are played at once. People hear of what is still owed, once: a notice about an
 * obligation that ended in the same wake, a warning of one that is already past due, or one that a later notice of the
 * same kind repeats, is not sent.
 */
function withoutStale(events: readonly JournalEvent[], state: CaseState): readonly JournalEvent[] {
  const last = new Map(events.map((event) => [subjectOf(event), event]));
  return events.filter((event) => {
    if (event.type !== 'notify-requested' || event.data.obligation === null) return true;
    const obligation = state.obligations[event.data.obligation];
    if (!obligation || obligation.state !== 'open' || last.get(subjectOf(event)) !== event) return false;
    return event.data.template !== 'obligation-warned' || !obligation.overdue;
  });
}

/** What a notice tells whom; null for what is none. */
function subjectOf(event: JournalEvent): string | null {
  if (event.type !== 'notify-requested') return null;
  const { template, to, obligation } = event.data;
  return JSON.stringify([template, to, obligation]);
}

/**
 * Drafts become events one by one; what follows from one comes before the next draft. Each slice reacts to the state
 * as the slices before it have left it, so that nothing is ended or opened twice.
 */
function apply<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  drafts: readonly Draft[],
  context: Context,
): Step<S> {
  let current = state;
  const events: JournalEvent[] = [];
  const queue: (Draft | ((state: S) => readonly Draft[]))[] = [...drafts];
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (typeof next === 'function') {
      queue.unshift(...next(current));
      continue;
    }
    const event = sign(next, current, context);
    current = evolve(family, current, event);
    events.push(event);
    queue.unshift(...reactions(family, event, context));
  }
  return { state: current, events };
}

function reactions<S extends CaseState, O>(
  family: Family<S, O>,
  event: JournalEvent,
  context: Context,
): ((state: S) => readonly Draft[])[] {
  return family.slices.flatMap((slice) => {
    const react = slice.react?.[event.type] as
      ((event: EventOf<EventType>, state: S, context: Context) => readonly Draft[]) | undefined;
    return react ? [(state: S) => react(event, state, context)] : [];
  });
}

function sign(event: Draft, state: CaseState, context: Context): JournalEvent {
  return {
    ...event,
    seq: 0,
    at: context.at,
    by: context.by,
    via: context.via,
    episode: state.episode,
    policyVersion: state.policy.version,
  };
}

/** Numbers are given last, so that what was dropped leaves no gap. */
function number<S extends CaseState>(from: number, step: Step<S>): Step<S> {
  const events = step.events.map((event, index) => ({ ...event, seq: from + index + 1 }));
  const changed = events.findLast(({ type }) => type !== 'notified');
  const changedSeq = changed?.seq ?? step.state.changedSeq;
  return { state: { ...step.state, seq: from + events.length, changedSeq }, events };
}
