import fc from 'fast-check';
import { complaint } from '../../domain/complaint';
import type { ComplaintState } from '../../domain/complaint/state';
import { nextWake, recordEffect, runCommand, runWake, type Step } from '../../domain/engine';
import {
  draft,
  type Command,
  type CommandData,
  type CommandName,
  type EventOf,
  type JournalEvent,
} from '../../domain/event';
import { commandNames, isRefusal, ruleOf, type Refusal } from '../../domain/family';
import { DAY, HOUR, MINUTE, type Instant } from '../../domain/instant';
import {
  BODY,
  EVERYBODY,
  IMPORTANT,
  MANAGER,
  NOISE,
  Play,
  RESIDENT,
  ROUTINE,
  UNCLASSIFIED,
  URGENT,
  ofType,
  sh,
  text,
  workDone,
} from './support';
import type { OpenOptions } from './support';

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

const KINDS = [URGENT, IMPORTANT, NOISE, ROUTINE, UNCLASSIFIED, { subtype: 'parking_shortage' }];
const BEGINS = [
  '2026-11-23 09:00',
  '2026-11-23 15:59:59.999',
  '2026-11-27 21:30',
  '2028-02-28 16:30',
  '2026-12-31 23:59',
];
const ZONES = ['Asia/Shanghai', 'Asia/Shanghai', 'Europe/London', 'Africa/Cairo'];
export const openings: fc.Arbitrary<OpenOptions> = fc
  .tuple(
    fc.constantFrom<OpenOptions>(...KINDS),
    fc.constantFrom(...BEGINS),
    fc.constantFrom(...ZONES),
    fc.constantFrom(0, 0, 20 * MINUTE, 3 * HOUR, 50 * HOUR),
    fc.boolean(),
  )
  .map(([kind, begin, zone, late, byItself]) => ({
    ...kind,
    at: sh(begin),
    zone,
    reportedAt: sh(begin) - late,
    ...(byItself ? { by: RESIDENT } : {}),
  }));

/** How far a case has come before anything may happen: from its opening (0) to its closing (5). */
export const stretches = fc.constantFrom(0, 0, 0, 1, 2, 3, 4, 5);

export function startOf(options: OpenOptions, far: number): Play {
  const play = new Play(options);
  const lead = [
    () => {
      if (play.state.priority !== null) return;
      play.do('classify', { subtype: 'noise', type: null, priority: null, departments: null });
    },
    () => {
      if (play.state.priority !== 'important') return;
      play.do('survey', BODY.survey);
      play.do('propose-plan', BODY.plan(play.now + DAY));
    },
    () => {
      if (play.state.awaiting === 'plan') play.do('owner-answer', BODY.accept);
      workDone(play);
    },
    () => play.do('feed-back', BODY.feedBack),
    () => {
      play.do('owner-answer', BODY.accept);
      if (play.open().includes('test-result')) play.do('record-test-result', BODY.test);
      play.do('close', BODY.close, { by: MANAGER });
    },
  ];
  for (const step of lead.slice(0, far)) step();
  return play;
}

/** Random numbers of one move. */
type Dice = () => number;

export function diceOf(seed: number): Dice {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(dice: Dice, from: readonly T[]): T {
  return from[Math.floor(dice() * from.length)]!;
}

const DEPARTMENTS = ['customer_service', 'engineering', 'security', 'finance', 'gardening'];
const SUBTYPES = ['power_cut', 'lift', 'noise', 'lighting', 'parking_shortage', 'property_fee', 'dog'];

type Bodies = { readonly [K in CommandName]?: (state: ComplaintState, now: Instant, dice: Dice) => CommandData[K] };

const ahead = (now: Instant, dice: Dice) => now + Math.floor(dice() * 5 * DAY) - HOUR;
const department = (state: ComplaintState, dice: Dice) =>
  pick(dice, [...Object.keys(state.parts), ...Object.keys(state.parts), pick(dice, DEPARTMENTS)]);
const graded = (dice: Dice) => ({
  subtype: pick(dice, SUBTYPES),
  type: dice() < 0.2 ? 'other' : null,
  priority: pick(dice, [null, null, null, 'urgent', 'important', 'routine'] as const),
  departments: dice() < 0.3 ? [pick(dice, DEPARTMENTS), 'security'] : null,
});
const answered = (dice: Dice) => ({
  score: 1 + Math.floor(dice() * 5),
  solved: dice() < 0.8,
  conduct: null,
  comment: null,
});
const promise = (state: ComplaintState, dice: Dice) => pick(dice, [...Object.keys(state.promises), 'p9']);

/** A body for every command of the complaint; one without fails where it is made. */
const BODIES: Bodies = {
  'acknowledge-escalation': (state, _now, dice) => ({ obligation: pick(dice, Object.keys(state.obligations)) }),
  acknowledge: () => BODY.acknowledge,
  survey: () => BODY.survey,
  'propose-plan': (_state, now, dice) => BODY.plan(ahead(now, dice)),
  'set-measure': (_state, now, dice) => BODY.measure(ahead(now, dice)),
  'record-test-result': () => BODY.test,
  classify: (_state, _now, dice) => graded(dice),
  reclassify: (_state, _now, dice) => ({ ...graded(dice), reason: text('r') }),
  'set-level': (_state, _now, dice) => ({
    level: pick(dice, ['ordinary', 'medium', 'major'] as const),
    reason: text('r'),
  }),
  'owner-answer': (state, _now, dice) => ({
    accepted: dice() < 0.7,
    score: state.awaiting === 'result' && dice() < 0.5 ? 1 + Math.floor(dice() * 5) : null,
    comment: null,
  }),
  'decide-for-owner': (_state, _now, dice) => ({ accepted: dice() < 0.7, reason: text('r') }),
  'assign-department': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS), task: null }),
  'accept-part': (state, _now, dice) => ({ department: department(state, dice) }),
  'block-part': (state, _now, dice) => ({ department: department(state, dice), reason: text('r') }),
  'unblock-part': (state, _now, dice) => ({ department: department(state, dice) }),
  'complete-part': (state, _now, dice) => ({ department: department(state, dice), result: text('r') }),
  withdraw: () => ({ reason: text('r') }),
  reopen: () => ({ reason: text('r') }),
  extend: (_state, now, dice) => ({ dueAt: ahead(now, dice), reason: text('r') }),
  'feed-back': (_state, now, dice) => ({
    ...BODY.feedBack,
    faceToFace: dice() < 0.8,
    promises: dice() < 0.3 ? [{ text: text('p'), dueAt: ahead(now, dice) }] : [],
  }),
  close: () => BODY.close,
  'hand-over': (_state, _now, dice) => ({ to: pick(dice, EVERYBODY).id, reason: text('r') }),
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
  'attach-caller': () => ({ channel: 'phone', contact: text('caller') }),
  callback: (_state, _now, dice) => answered(dice),
  'second-callback': (_state, _now, dice) => answered(dice),
  'callback-attempt': () => ({}),
  'close-unsatisfied': () => ({ reason: text('r') }),
  'start-repair': () => ({ subtype: 'lift_fault', asset: null, note: null }),
  'link-case': (state) => ({ no: `R-${Object.keys(state.links.children).length}`, family: 'repair' }),
  'tell-child': (state, _now, dice) => ({
    no: pick(dice, [...Object.keys(state.links.children), 'R-X']),
    outcome: pick(dice, ['resolved', 'reopened', 'withdrawn', 'closed'] as const),
  }),
};

const NAMES = commandNames(complaint) as CommandName[];
/** What leads on is done more often than what ends the case. */
const WEIGHT: Partial<Record<CommandName, number>> = {
  'complete-part': 8,
  'feed-back': 6,
  'owner-answer': 4,
  close: 4,
  'decide-for-owner': 10,
  survey: 3,
  'propose-plan': 3,
  pause: 3,
  reclassify: 3,
  reopen: 3,
  'accept-part': 2,
  'unblock-part': 3,
  'keep-promise': 2,
  'move-promise': 2,
  restore: 2,
  resume: 2,
  extend: 2,
  withdraw: 0.5,
};

export function commandOf(state: ComplaintState, now: Instant, dice: Dice): Command {
  const anything = dice() < 0.15;
  const context = { at: now, via: { kind: 'start' } as const };
  const allowed = NAMES.filter((name) => {
    const rule = ruleOf(complaint, name)!;
    return (
      anything || EVERYBODY.some((by) => rule.roles.includes(by.role) && rule.guard(state, { ...context, by }) === null)
    );
  });
  const names = allowed.flatMap((name) => Array<CommandName>(Math.ceil(10 * (WEIGHT[name] ?? 1))).fill(name));
  const name = pick(dice, names.length > 0 ? names : NAMES);
  const roles = ruleOf(complaint, name)!.roles;
  const by = pick(dice, anything ? EVERYBODY : EVERYBODY.filter(({ role }) => roles.includes(role)));
  const make = BODIES[name] as ((state: ComplaintState, now: Instant, dice: Dice) => unknown) | undefined;
  if (!make) throw new Error(`no body for ${name}`);
  const data = make(state, now, dice);
  const occurredAt = dice() < 0.1 ? now - HOUR : undefined;
  return { name, id: `${name}-${state.seq}`, by, data, occurredAt } as unknown as Command;
}

export interface Observer {
  /** Events came, by whatever cause. */
  readonly stepped?: (step: Step<ComplaintState>) => void;
  readonly refused?: (before: ComplaintState, command: Command, refusal: Refusal) => void;
  /** A command was tried, and all that it led to is done. */
  readonly settled?: () => void;
}

/** Plays the moves and shows each step to the observer. */
export function playMoves(play: Play, plan: readonly Move[], observer: Observer): void {
  const wakeAt = (at: Instant) => {
    const step = runWake(complaint, play.state, at);
    play.now = at;
    play.take(step);
    observer.stepped?.(step);
  };
  const upTo = (at: Instant) => {
    for (let next = nextWake(complaint, play.state); next && next.at <= at; next = nextWake(complaint, play.state)) {
      wakeAt(Math.max(next.at, play.now));
    }
    play.now = Math.max(play.now, at);
  };
  for (const { wait: time, seed } of plan) {
    const dice = diceOf(seed);
    const next = nextWake(complaint, play.state);
    const soon = next && next.at - play.now < 10 * DAY ? next.at : play.now + HOUR;
    if (time.kind === 'wake') upTo(Math.max(play.now, soon + time.ms));
    // The command itself is the first to come after a while.
    else if (time.kind === 'late') play.now = Math.max(play.now, soon) + time.ms;
    else if (time.kind === 'down') wakeAt(play.now + time.ms);
    else upTo(play.now + time.ms);
    const before = play.state;
    const command = commandOf(before, play.now, dice);
    const outcome = runCommand(complaint, before, command, play.now);
    if (isRefusal(outcome)) observer.refused?.(before, command, outcome);
    else {
      play.take(outcome);
      observer.stepped?.(outcome);
    }
    if (dice() < 0.5) for (const request of unsent(play)) record(play, request, dice, observer);
    observer.settled?.();
  }
}

/** The latest of those that have no outcome yet: the others stay on their way for ever. */
function unsent(play: Play): EventOf<'notify-requested'>[] {
  const latest = play.journal.slice(-40);
  const sent = new Set(ofType(latest, 'notified').map(({ data }) => data.of));
  return ofType(latest, 'notify-requested').filter(({ seq }) => !sent.has(seq));
}

function record(play: Play, request: EventOf<'notify-requested'>, dice: Dice, observer: Observer): void {
  const { template, obligation, to, upwards } = request.data;
  const roles = [...(to.kind === 'role' ? [to.role] : []), ...upwards];
  const role = roles.length === 0 || dice() < 0.1 ? null : roles[Math.floor(dice() ** 3 * roles.length)]!;
  const outcome = { of: request.seq, template, channel: 'inbox', role, recipients: [], skipped: [], obligation };
  const step = recordEffect(complaint, play.state, draft('notified', outcome), request.seq, play.now);
  play.take(step);
  observer.stepped?.(step);
}

/** What was missed, in whatever order it was noticed. */
export function missesOf(events: readonly JournalEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'obligation-missed' ? [`${event.data.obligation} ${event.data.dueAt} ${event.data.again}`] : [],
  );
}
