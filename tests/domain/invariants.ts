import { termsOf } from '../../domain/book';
import { evolve, type Step } from '../../domain/engine';
import type { Family } from '../../domain/family';
import type { CaseState } from '../../domain/state';
import { explain } from '../../domain/explain';
import type { EventOf, EventType, JournalEvent } from '../../domain/event';
import { isPaused, warnInstant, type Obligation } from '../../domain/obligation';
import { follows } from '../../domain/rules';
import { callbackOwed } from '../../domain/slices/callback-owed';
import { openPromises } from '../../domain/slices/promises';
import { CLOSED_STAGES } from '../../domain/slices/stage';

/** Throws with the event at which a journal breaks a rule that every journal must keep. */
export function must(holds: boolean, rule: string, subject: unknown): void {
  if (!holds) throw new Error(`${rule}: ${JSON.stringify(subject)}`);
}

export type Rules<S> = {
  readonly [K in EventType]?: (event: EventOf<K>, before: S, owed: Obligation | undefined) => void;
};

const RULES: Rules<CaseState> = {
  'obligation-opened': ({ data: { obligation }, at }, before) => {
    must(!(obligation.id in before.obligations), 'nothing is opened twice', obligation.id);
    must(obligation.openedAt === at, 'opened when it says', obligation);
    must(
      Number.isInteger(obligation.dueAt) && Number.isInteger(obligation.limit),
      'instants are whole milliseconds',
      obligation,
    );
    must(!CLOSED_STAGES.includes(before.stage), 'nothing is opened in a closed case', obligation);
  },
  'obligation-warned': (event, before, owed) => {
    const open = stillOpen(event, owed);
    must(!open.overdue, 'nothing past due is warned of', event);
    const point = warnInstant(open, event.data.fraction, termsOf(before, open));
    must(point !== null && point <= event.at && point < open.dueAt, 'warned at its point', [event, open]);
  },
  'obligation-reminded': (event, _before, owed) => {
    must(stillOpen(event, owed).reminded === event.data.count - 1, 'reminded one by one', event);
  },
  'obligation-missed': (event, _before, owed) => {
    const open = stillOpen(event, owed);
    must(event.data.dueAt === open.dueAt && event.at > open.dueAt, 'nothing is missed before it is due', [event, open]);
    must(!open.overdue && !isPaused(open), 'nothing is missed twice, nor while it stands still', [event, open]);
    must(event.data.again === (open.missedAt !== null), 'a second miss says so', event);
  },
  'obligation-met': (event, _before, owed) => {
    const open = stillOpen(event, owed);
    const { metAt, dueAt, lateMs } = event.data;
    must(dueAt === open.dueAt && lateMs === metAt - dueAt, 'judged by its due instant', [event, open]);
    must(metAt > dueAt || !open.overdue, 'in time when met by the due millisecond', [event, open]);
    must(!isPaused(open), 'no clock ends while it stands still', event);
  },
  'obligation-cancelled': (event, _before, owed) =>
    must(!isPaused(stillOpen(event, owed)), 'no clock ends while it stands still', event),
  'obligation-paused': (event, before, owed) => {
    const open = stillOpen(event, owed);
    must(!isPaused(open) && open.pausable && open.dueAt >= event.at, 'what is due is not paused away', [event, open]);
    must(before.pause !== null && before.priority !== 'urgent', 'stands still in a pause only', event);
  },
  'obligation-resumed': (event, _before, owed) => must(isPaused(stillOpen(event, owed)), 'resumed from a pause', event),
  'due-moved': (event, _before, owed) => {
    const open = stillOpen(event, owed);
    must(event.data.old === open.dueAt && event.data.oldBase === open.dueBase, 'moved from where it was', [
      event,
      open,
    ]);
    must(event.data.new !== event.data.old, 'moved somewhere', event);
  },
  'owner-moved': (event, _before, owed) => void stillOpen(event, owed),
  escalated: (event, before, owed) => {
    const open = stillOpen(event, owed);
    must(open.overdue && !open.exhausted && event.data.rung > open.rung, 'a ladder is climbed upwards', [event, open]);
    const last = open.escalations.at(-1);
    const gap = termsOf(before, open).ladder?.gap ?? 0;
    must(!last || event.at - last.at >= gap - 1_000, 'rungs keep their distance', [event, open]);
  },
  'escalation-acknowledged': (event, _before, owed) => {
    must(
      stillOpen(event, owed).escalations.some((e) => e.acknowledgedAt === undefined),
      'somebody asked',
      event,
    );
  },
  'ladder-exhausted': (event, _before, owed) => must(!stillOpen(event, owed).exhausted, 'exhausted once', event),
  'timer-fired': (event) => {
    must(Number.isInteger(event.data.plannedAt) && event.data.plannedAt <= event.at, 'no timer fires early', event);
  },
  'stage-entered': (event, before) => {
    const { stage, from, waitingOn } = event.data;
    must(from === (before.stage === '' || before.stage === stage ? null : before.stage), 'says where it came from', [
      event,
      before.stage,
    ]);
    must(before.stage !== stage || before.waitingOn !== waitingOn, 'enters something new', event);
    must(before.closedAt === null || CLOSED_STAGES.includes(stage), 'a closed case stays closed', event);
  },
  'progress-checked': (event, before) => {
    must((before.progress.checkedDay ?? '') < event.data.day, 'each day is looked at once', [event, before.progress]);
  },
  paused: (event, before) => must(before.pause === null && before.priority !== 'urgent', 'paused once', event),
  withdrawn: (event, before) => {
    const may = !follows(before, 'nothing-is-withdrawn-around-a-callback');
    must(may || !callbackOwed(before), 'nothing is withdrawn around a callback', event);
  },
  closed: (event, before) => {
    const { reason } = event.data;
    must(!callbackOwed(before) || reason === 'unsatisfied', 'nothing closes around a callback', event);
    must(openPromises(before).length === 0, 'what was promised is kept first', event);
  },
};

function stillOpen(event: JournalEvent, owed: Obligation | undefined): Obligation {
  if (!owed) throw new Error(`of an obligation that is there: ${JSON.stringify(event)}`);
  must(owed.state === 'open', 'nothing happens to what has ended', [event, owed]);
  return owed;
}

type Rule<S> = ((event: JournalEvent, before: S, owed?: Obligation) => void) | undefined;

/** Folds the events onto a state, each judged by what was before it. */
export function foldChecked<S extends CaseState, O>(
  family: Family<S, O>,
  rules: Rules<S>,
  before: S,
  events: readonly JournalEvent[],
): S {
  let state = before;
  for (const event of events) {
    must(event.seq === state.seq + 1, 'numbers have no gap', event);
    must(event.episode === state.episode, 'of its episode', event);
    const id = 'obligation' in event.data && typeof event.data.obligation === 'string' ? event.data.obligation : null;
    const owed = id === null ? undefined : state.obligations[id];
    (RULES[event.type] as Rule<S>)?.(event, state, owed);
    (rules[event.type] as Rule<S>)?.(event, state, owed);
    const changedSeq = event.type === 'notified' ? state.changedSeq : event.seq;
    state = { ...evolve(family, state, event), seq: event.seq, changedSeq };
  }
  return state;
}

/** Everybody whom the case names as who owes something, wherever it does. */
export function whoOwe(state: Omit<CaseState, 'policy'>): string[] {
  const { owner, job, parts, obligations, stage, callback } = state;
  if (CLOSED_STAGES.includes(stage)) return [];
  const working = Object.values(parts).filter((part) => part.state === 'accepted' || part.state === 'blocked');
  const debtors = Object.values(obligations).filter((obligation) => obligation.state === 'open');
  return [
    owner,
    // Once the work is done whoever had the job only had it.
    ...(job && callback.round === 'none' ? [job.assignee, job.offered] : []),
    ...working.map(({ acceptedBy }) => acceptedBy),
    ...debtors.map(({ owedBy }) => owedBy.person),
  ].filter((person) => person !== null);
}

/** Whoever is relieved owes nothing afterwards. */
export function checkRelieved({ events, state }: Step<CaseState>): void {
  for (const event of events) {
    if (event.type !== 'relieved' || event.data.role !== null) continue;
    must(!whoOwe(state).includes(event.data.from), 'owes nothing when he is relieved', [event, whoOwe(state)]);
  }
}

/** What holds between two steps. */
export function checkState(state: CaseState): void {
  const all = Object.values(state.obligations);
  const open = all.filter((obligation) => obligation.state === 'open');
  if (CLOSED_STAGES.includes(state.stage)) {
    must(open.length === 0, 'a closed case owes nothing', open);
    must(state.closedAt !== null && state.pause === null, 'a closed case is closed', state.closedAt);
  } else must(state.closedAt === null && !state.ended, 'an open case is open', state.stage);
  for (const obligation of all) {
    const paused = isPaused(obligation);
    must(!paused || (obligation.state === 'open' && state.pause !== null), 'stands still in a pause only', obligation);
    must((obligation.endedAt !== null) === (obligation.state !== 'open'), 'ends when it ends', obligation);
    must(obligation.maxRung >= obligation.rung, 'knows how far it climbed', obligation);
    if (paused || obligation.dueAt < obligation.start) continue;
    const { ran, dueAt } = explain(obligation, termsOf(state, obligation), state.policy);
    const sum = ran.reduce((length, { from, to }) => length + to - from, 0);
    // A date that was agreed on may lie in a pause that was; the moves say so.
    const agreed = obligation.pauses.some(
      ({ from, to }) => from < obligation.dueAt && (to ?? Infinity) >= obligation.dueAt,
    );
    const end = agreed ? obligation.moves.at(-1)?.new : ran.at(-1)?.to;
    must(sum === obligation.limit && (end ?? obligation.start) === dueAt, 'explained', [obligation, ran]);
  }
  const kinds = open.filter(({ kind }) => kind !== 'promise' && kind !== 'part').map(({ kind }) => kind);
  const twice = kinds.filter((kind, index) => kind !== 'outage-update' && kinds.indexOf(kind) < index);
  must(twice.length === 0, 'owed once', twice);
  // The one that was missed, the one that is due in this millisecond, the one that began in it.
  must(kinds.filter((kind) => kind === 'outage-update').length <= 3, 'the newest round is owed', kinds);
  const promised = Object.values(state.promises).filter((promise) => promise.state === 'open').length;
  must(open.filter(({ kind }) => kind === 'promise').length === promised, 'each promise is owed', state.promises);
}
