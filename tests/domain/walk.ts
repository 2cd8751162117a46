import fc from 'fast-check';
import { SYSTEM } from '../../domain/actor';
import { nextWake, recordEffect, runAnswer, runCommand, runWake, type Step } from '../../domain/engine';
import {
  draft,
  type Command,
  type CommandData,
  type CommandName,
  type Effect,
  type EventOf,
  type JournalEvent,
  type Opening,
} from '../../domain/event';
import { commandNames, isRefusal, ruleOf, type Family, type Refusal } from '../../domain/family';
import { DAY, HOUR, MINUTE, type Instant } from '../../domain/instant';
import { FIRST_RULES, RULES } from '../../domain/rules';
import type { CaseState } from '../../domain/state';
import { whoOwe, type Rules } from './invariants';
import { BODY, EVERYBODY, ofType, text, type FamilyPlay } from './support';

/** A run of a case in which people do anything at any time, and the system is sometimes down. */
export interface Move {
  /** How time passes before it: to the next wake (and a little more or less), or by a length. */
  readonly wait: { readonly kind: 'wake' | 'late' | 'by' | 'down'; readonly ms: number };
  readonly seed: number;
}

const wait = fc.oneof(
  fc.record({ kind: fc.constant('wake' as const), ms: fc.constantFrom(-1, 0, 0, 1) }),
  fc.record({
    kind: fc.constantFrom('by' as const, 'late' as const),
    ms: fc.constantFrom(0, 0, 1, MINUTE, HOUR, 5 * HOUR),
  }),
  fc.record({ kind: fc.constantFrom('by' as const, 'down' as const), ms: fc.integer({ min: 0, max: 12 * HOUR }) }),
  fc.record({ kind: fc.constant('down' as const), ms: fc.integer({ min: 0, max: 4 * DAY }) }),
);
export const moves = (maxLength: number) =>
  fc.array(fc.record({ wait, seed: fc.nat({ max: 2 ** 31 - 1 }) }), { maxLength, size: 'max' });

export const BEGINS = [
  '2026-11-23 09:00',
  '2026-11-23 15:59:59.999',
  '2026-11-27 21:30',
  '2028-02-28 16:30',
  '2026-12-31 23:59',
];
/** Most begin under those of today; the former ones still run. */
export const RULES_OF_CASES = fc.constantFrom(RULES, RULES, FIRST_RULES);
export const ZONES = ['Asia/Shanghai', 'Asia/Shanghai', 'Europe/London', 'Africa/Cairo'];

/** Random numbers of one move. */
export type Dice = () => number;

export function diceOf(seed: number): Dice {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(dice: Dice, from: readonly T[]): T {
  return from[Math.floor(dice() * from.length)]!;
}

/** What people of one family do: a body for every command, and what of it is done more often. */
export interface Model<S extends CaseState, O extends Opening, Options> {
  readonly family: Family<S, O>;
  readonly openings: fc.Arbitrary<Options>;
  /** How far a case has come before anything may happen: from its opening (0) to its closing (5). */
  readonly startOf: (options: Options, far: number) => FamilyPlay<S, O>;
  readonly bodies: Bodies<S>;
  /** What leads on is done more often than what ends the case. */
  readonly weight: Readonly<Partial<Record<CommandName, number>>>;
  /** What the journal and the state of this family keep beyond what every family does. */
  readonly rules: Rules<S>;
  readonly check: (state: S) => void;
  /** Events and refusals that the walk must meet, or it proves nothing. */
  readonly everywhere: readonly string[];
}

export type Bodies<S> = { readonly [K in CommandName]?: (state: S, now: Instant, dice: Dice) => CommandData[K] };

export const ahead = (now: Instant, dice: Dice) => now + Math.floor(dice() * 5 * DAY) - HOUR;
const answered = (dice: Dice) => ({
  score: 1 + Math.floor(dice() * 5),
  solved: dice() < 0.8,
  conduct: null,
  comment: null,
});
const promise = (state: CaseState, dice: Dice) => pick(dice, [...Object.keys(state.promises), 'p9']);

const DEPARTMENTS = ['customer_service', 'engineering', 'security', 'finance', 'gardening'];

/** Bodies of the commands that the shared slices give. */
export const SHARED_BODIES: Bodies<CaseState> = {
  'acknowledge-escalation': (state, _now, dice) => ({ obligation: pick(dice, Object.keys(state.obligations)) }),
  'set-level': (_state, _now, dice) => ({
    level: pick(dice, ['ordinary', 'medium', 'major'] as const),
    reason: text('r'),
  }),
  withdraw: () => ({ reason: text('r') }),
  reopen: () => ({ reason: text('r') }),
  'hand-over': (_state, _now, dice) => ({ to: pick(dice, EVERYBODY).id, reason: text('r') }),
  relieve: (state, _now, dice) => ({
    from: pick(dice, [...whoOwe(state), pick(dice, EVERYBODY).id]),
    to: pick(dice, EVERYBODY).id,
    role: pick(dice, [null, null, 'customer_service', 'engineering'] as const),
    reason: text('r'),
  }),
  progress: () => BODY.progress,
  'confirm-outage': () => ({ text: text('t') }),
  'outage-update': () => ({ text: text('t') }),
  restore: () => ({ text: null }),
  pause: (_state, now, dice) => ({
    reason: pick(dice, ['weather', 'waiting-for-resident']),
    until: ahead(now, dice),
    note: null,
  }),
  resume: () => ({}),
  promise: (_state, now, dice) => ({ text: text('t'), dueAt: ahead(now, dice) }),
  'keep-promise': (state, _now, dice) => ({ promise: promise(state, dice), note: null }),
  'move-promise': (state, now, dice) => ({ promise: promise(state, dice), dueAt: ahead(now, dice), reason: text('r') }),
  note: () => ({ text: text('n') }),
  rate: (_state, _now, dice) => ({ score: pick(dice, [1, 2, 5]), comment: null }),
  'attach-caller': () => ({ channel: 'phone', contact: text('caller') }),
  callback: (_state, _now, dice) => answered(dice),
  'second-callback': (_state, _now, dice) => answered(dice),
  'callback-attempt': () => ({}),
  'close-unsatisfied': () => ({ reason: text('r') }),
  'release-promise': (state, _now, dice) => ({ promise: promise(state, dice), reason: text('r') }),
  'start-repair': () => ({ subtype: 'lift_fault', asset: null, note: null }),
  'start-complaint': () => ({ note: null }),
  'start-dispute': () => ({ note: null }),
  'assign-department': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS), task: null }),
  'accept-part': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS) }),
  'block-part': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS), reason: text('r') }),
  'unblock-part': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS) }),
  'complete-part': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS), result: text('r') }),
  'link-case': (state) => ({ no: `R-${Object.keys(state.links.children).length}`, family: 'repair' }),
  'tell-child': (state, _now, dice) => ({
    no: pick(dice, [...Object.keys(state.links.children), 'R-X']),
    outcome: pick(dice, ['resolved', 'reopened', 'withdrawn', 'closed'] as const),
  }),
};

/** Everybody, and the system with what other cases and its own effects found out. */
const PEOPLE = [...EVERYBODY, SYSTEM];

export function commandOf<S extends CaseState, O extends Opening, Options>(
  { family, bodies, weight }: Model<S, O, Options>,
  state: S,
  now: Instant,
  dice: Dice,
): Command {
  const anything = dice() < 0.15;
  const context = { at: now, via: { kind: 'start' } as const };
  const all = commandNames(family) as CommandName[];
  const possible = (name: CommandName) => {
    const { roles, guard } = ruleOf(family, name)!;
    return PEOPLE.some((by) => roles.includes(by.role) && guard(state, { ...context, by }) === null);
  };
  const allowed = anything ? all : all.filter(possible);
  const names = allowed.flatMap((name) => Array<CommandName>(Math.ceil(10 * (weight[name] ?? 1))).fill(name));
  const name = pick(dice, names.length > 0 ? names : all);
  const { roles, guard } = ruleOf(family, name)!;
  const may = PEOPLE.filter(({ role }) => roles.includes(role));
  const can = may.filter((by) => guard(state, { ...context, by }) === null);
  const by = pick(dice, anything ? PEOPLE : can.length > 0 && dice() < 0.8 ? can : may);
  const make = bodies[name] as ((state: S, now: Instant, dice: Dice) => unknown) | undefined;
  if (!make) throw new Error(`no body for ${name}`);
  const data = make(state, now, dice);
  const occurredAt = dice() < 0.1 ? now - HOUR : undefined;
  return { name, id: `${name}-${state.seq}`, by, data, occurredAt } as unknown as Command;
}

export interface Observer<S extends CaseState> {
  /** Events came, by whatever cause. */
  readonly stepped?: (step: Step<S>) => void;
  readonly refused?: (before: S, command: Command, refusal: Refusal) => void;
  /** A command was tried, and all that it led to is done. */
  readonly settled?: () => void;
}

/** Plays the moves and shows each step to the observer. */
export function playMoves<S extends CaseState, O extends Opening, Options>(
  model: Model<S, O, Options>,
  play: FamilyPlay<S, O>,
  plan: readonly Move[],
  observer: Observer<S>,
): void {
  const { family } = model;
  const take = (step: Step<S>) => {
    play.take(step);
    observer.stepped?.(step);
  };
  const wakeAt = (at: Instant) => {
    const step = runWake(family, play.state, at);
    play.now = at;
    take(step);
  };
  const upTo = (at: Instant) => {
    for (let next = nextWake(family, play.state); next && next.at <= at; next = nextWake(family, play.state)) {
      wakeAt(Math.max(next.at, play.now));
    }
    play.now = Math.max(play.now, at);
  };
  for (const { wait: time, seed } of plan) {
    const dice = diceOf(seed);
    const next = nextWake(family, play.state);
    const soon = next && next.at - play.now < 10 * DAY ? next.at : play.now + HOUR;
    if (time.kind === 'wake') upTo(Math.max(play.now, soon + time.ms));
    // The command itself is the first to come after a while.
    else if (time.kind === 'late') play.now = Math.max(play.now, soon) + time.ms;
    else if (time.kind === 'down') wakeAt(play.now + time.ms);
    else upTo(play.now + time.ms);
    const before = play.state;
    const command = commandOf(model, before, play.now, dice);
    const outcome = runCommand(family, before, command, play.now);
    if (isRefusal(outcome)) observer.refused?.(before, command, outcome);
    else take(outcome);
    if (dice() < 0.5) for (const request of unsent(play.journal)) take(sent(play, request, dice));
    if (dice() < 0.7) for (const request of unanswered(play.journal)) take(answer(play, request, dice));
    observer.settled?.();
  }
}

/** The latest of those that have no outcome yet: the others stay on their way for ever. */
function unsent(journal: readonly JournalEvent[]): EventOf<'notify-requested'>[] {
  const latest = journal.slice(-40);
  const done = new Set(ofType(latest, 'notified').map(({ data }) => data.of));
  return ofType(latest, 'notify-requested').filter(({ seq }) => !done.has(seq));
}

function sent<S extends CaseState, O extends Opening>(
  { family, state, now }: FamilyPlay<S, O>,
  request: EventOf<'notify-requested'>,
  dice: Dice,
): Step<S> {
  const { template, obligation, to, upwards } = request.data;
  const roles = [...(to.kind === 'role' ? [to.role] : []), ...upwards];
  const role = roles.length === 0 || dice() < 0.1 ? null : roles[Math.floor(dice() ** 3 * roles.length)]!;
  const outcome = { of: request.seq, template, channel: 'inbox', role, recipients: [], skipped: [], obligation };
  return recordEffect(family, state, draft('notified', outcome), request.seq, now);
}

function unanswered(journal: readonly JournalEvent[]): EventOf<'effect-requested'>[] {
  const latest = journal.slice(-40);
  const done = new Set(latest.flatMap(({ via }) => (via.kind === 'effect' ? [via.of] : [])));
  return ofType(latest, 'effect-requested').filter(({ seq }) => !done.has(seq));
}

function answer<S extends CaseState, O extends Opening>(
  { family, state, now }: FamilyPlay<S, O>,
  { seq: of, data: { effect } }: EventOf<'effect-requested'>,
  dice: Dice,
): Step<S> {
  const command = dice() < 0.1 ? null : found(effect, now, dice);
  const failed = command === null && dice() < 0.5 ? { failed: true as const } : {};
  return runAnswer(family, state, { of, effect: effect.kind, command, ...failed }, now);
}

/** What the outside may find out. */
function found(effect: Effect, now: Instant, dice: Dice): { name: CommandName; data: unknown } | null {
  const someone = (but: readonly string[]) => pick(dice, [null, ...EVERYBODY.filter(({ id }) => !but.includes(id))]);
  const dutyUntil = pick(dice, [null, now + 4 * HOUR, now + 8 * HOUR]);
  switch (effect.kind) {
    case 'find-assignee':
      return { name: 'offer-job', data: { person: someone(effect.passed)?.id ?? null, because: 'post', dutyUntil } };
    case 'look-up-duty': {
      const { person, relieve } = effect;
      const successor = relieve ? (someone([person])?.id ?? null) : null;
      return { name: 'tell-duty', data: { person, dutyUntil, successor } };
    }
    case 'look-back':
      return { name: 'tell-past', data: { repeatOf: pick(dice, [null, 'R-0']), inMonth: pick(dice, [1, 2, 3]) } };
    case 'start-case':
      return { name: 'link-case', data: { no: `R-${effect.subtype}`, family: effect.family } };
    case 'tell-case':
      return null;
  }
}

/** What was missed, in whatever order it was noticed. */
export function missesOf(events: readonly JournalEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'obligation-missed' ? [`${event.data.obligation} ${event.data.dueAt} ${event.data.again}`] : [],
  );
}
