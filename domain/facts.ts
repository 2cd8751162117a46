import type { CaseMode, JournalEvent, OpenedRecord, WaitingOn } from './event';
import { HOUR, type Instant, type Millis } from './instant';
import { isPaused, outcomeOf, type Obligation, type OutcomeClass } from './obligation';
import type { CaseState } from './state';
import { localDateOf, localTimeOf } from './zone';

/**
 * The facts that indicators count (management.md section 3), folded from the journal. Classes are decided here, once;
 * SQL only counts. A batch of events is folded onto the tally of those before it, and gives what a fresh fold of the
 * whole journal would give.
 */

/** Whose figures a case counts in; each has its own lists. */
export type Population = CaseMode | 'imported';
export type CloseReason = 'closed' | 'unreachable' | 'unsatisfied' | 'withdrawn' | 'withdrawn-by-resident';

/** A stretch on one track (`stage`, `part:engineering`), numbered by the event that began it. */
export interface Segment {
  readonly seq: number;
  readonly track: string;
  readonly name: string;
  readonly waitingOn: WaitingOn;
  readonly enteredAt: Instant;
  readonly leftAt: Instant | null;
}

/** What the facts need of earlier events. */
export interface FactTally {
  /** First time that somebody of ours was on the spot. */
  readonly firstArrivedAt: Instant | null;
  readonly firstCompletedAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly closeReason: CloseReason | null;
  readonly visits: number;
  /** When the resident was last asked how satisfied he is, and what he answered. */
  readonly askedAt: Instant | null;
  readonly score: number | null;
  readonly scoredAt: Instant | null;
  /** Segments that still run. */
  readonly running: readonly Segment[];
}

export const EMPTY_TALLY: FactTally = {
  firstArrivedAt: null,
  firstCompletedAt: null,
  completedAt: null,
  closeReason: null,
  visits: 0,
  askedAt: null,
  score: null,
  scoredAt: null,
  running: [],
};

export interface TallyStep {
  readonly tally: FactTally;
  /** Segments that these events ended; those still running are in the tally. */
  readonly ended: readonly Segment[];
}

export function foldTally(before: FactTally, events: readonly JournalEvent[]): TallyStep {
  const ended: Segment[] = [];
  let tally = before;
  for (const event of events) {
    tally = count(tally, event);
    const { leave, enter } = segmentsOf(event);
    const left = tally.running.filter((segment) => leave(segment.track));
    if (left.length === 0 && !enter) continue;
    ended.push(...left.map((segment) => ({ ...segment, leftAt: event.at })));
    const running = tally.running.filter((segment) => !left.includes(segment));
    tally = { ...tally, running: enter ? [...running, enter] : running };
  }
  return { tally, ended };
}

function count(tally: FactTally, event: JournalEvent): FactTally {
  const { at } = event;
  switch (event.type) {
    case 'visit-started':
    case 'surveyed':
      return { ...tally, visits: tally.visits + 1, firstArrivedAt: tally.firstArrivedAt ?? at };
    case 'resolved':
      return { ...tally, completedAt: at, firstCompletedAt: tally.firstCompletedAt ?? at };
    case 'closed':
      return { ...tally, closeReason: event.data.reason ?? 'closed' };
    case 'withdrawn':
      return { ...tally, closeReason: event.by.role === 'resident' ? 'withdrawn-by-resident' : 'withdrawn' };
    case 'reopened':
      return { ...tally, completedAt: null, closeReason: null };
    case 'satisfaction-asked':
      return { ...tally, askedAt: at };
    case 'satisfaction-answered':
      return { ...tally, score: event.data.score, scoredAt: at };
    default:
      return tally;
  }
}

interface SegmentChange {
  readonly leave: (track: string) => boolean;
  readonly enter: Segment | null;
}

const NOTHING: SegmentChange = { leave: () => false, enter: null };

function segmentsOf(event: JournalEvent): SegmentChange {
  switch (event.type) {
    case 'stage-entered':
      return begin('stage', event.data.stage, event.data.waitingOn, event);
    case 'part-assigned':
      return begin(partOf(event.data.department), 'assigned', 'us', event);
    case 'part-accepted':
      return begin(partOf(event.data.department), 'accepted', 'working', event);
    case 'part-unblocked':
      return event.data.state === undefined
        ? begin(partOf(event.data.department), 'accepted', 'working', event)
        : begin(partOf(event.data.department), 'assigned', 'us', event);
    case 'part-released':
      // One that stands still goes on standing.
      return event.data.state === 'blocked' ? NOTHING : begin(partOf(event.data.department), 'assigned', 'us', event);
    case 'part-blocked':
      return begin(partOf(event.data.department), 'blocked', 'outside', event);
    case 'part-done':
    case 'part-cancelled': {
      const track = partOf(event.data.department);
      return { leave: (other) => other === track, enter: null };
    }
    case 'closed':
    case 'withdrawn':
    case 'reopened':
      return { leave: (track) => track !== 'stage', enter: null };
    default:
      return NOTHING;
  }
}

function begin(track: string, name: string, waitingOn: WaitingOn, { seq, at }: JournalEvent): SegmentChange {
  return {
    leave: (other) => other === track,
    enter: { seq, track, name, waitingOn, enteredAt: at, leftAt: null },
  };
}

function partOf(department: string): string {
  return `part:${department}`;
}

export type FactState = Pick<CaseState, 'mode' | 'project' | 'receivedAt' | 'reportedAt'>;

export function populationOf(state: Pick<CaseState, 'mode'>, record: Pick<OpenedRecord, 'source'>): Population {
  return record.source === 'imported' && state.mode === 'live' ? 'imported' : state.mode;
}

export interface ObligationFact {
  /** Local day of the base that is scored; null while the clock stands still: then it is in no period. */
  readonly dueDay: string | null;
  readonly outcome: OutcomeClass;
  readonly metAt: Instant | null;
  readonly pausedMs: Millis;
}

/** How an obligation counts as seen at `asOf`. */
export function obligationFact(
  state: FactState,
  record: Pick<OpenedRecord, 'source'>,
  obligation: Obligation,
  asOf: Instant,
): ObligationFact {
  const standing = obligation.state === 'open' && isPaused(obligation);
  return {
    dueDay: standing ? null : localDateOf(obligation.dueBase, state.project.zone),
    outcome: classOf(state, record, obligation, asOf, standing),
    metAt: obligation.state === 'met' ? obligation.endedAt : null,
    pausedMs: obligation.pauses.reduce((sum, { from, to }) => sum + (to ?? obligation.endedAt ?? asOf) - from, 0),
  };
}

function classOf(
  state: FactState,
  record: Pick<OpenedRecord, 'source'>,
  obligation: Obligation,
  asOf: Instant,
  standing: boolean,
): OutcomeClass {
  // What fell due before the import was not ours to keep.
  if (record.source === 'imported' && obligation.dueBase < state.receivedAt) return 'void';
  if (standing && obligation.missedAt === null) return 'open';
  return outcomeOf(obligation, asOf);
}

/** Local day and hour of the report. */
export function reportedLocally(state: FactState): { readonly day: string; readonly hour: number } {
  const { date, timeOfDay } = localTimeOf(state.reportedAt, state.project.zone);
  return { day: date, hour: Math.floor(timeOfDay / HOUR) };
}

export interface TimerFact {
  readonly seq: number;
  readonly purpose: string;
  readonly obligation: string | null;
  readonly plannedAt: Instant;
  readonly firedAt: Instant;
}

/** Timers of ours that fired. What lay before the case was received was never armed, and says nothing of the engine. */
export function timersOf(events: readonly JournalEvent[], state: FactState): TimerFact[] {
  return events.flatMap((event) =>
    event.type === 'timer-fired' && event.data.plannedAt > state.receivedAt
      ? [{ seq: event.seq, ...event.data, firedAt: event.at }]
      : [],
  );
}

export interface AttemptFact {
  readonly seq: number;
  readonly obligation: string;
  readonly number: number;
  readonly of: number;
  readonly at: Instant;
}

/** Each reminder to the resident is an attempt to get his answer. */
export function attemptsOf(
  events: readonly JournalEvent[],
  obligations: Readonly<Record<string, Obligation>>,
): AttemptFact[] {
  return events.flatMap((event) =>
    event.type === 'obligation-reminded' && obligations[event.data.obligation]?.owedBy.as === 'resident'
      ? [
          {
            seq: event.seq,
            obligation: event.data.obligation,
            number: event.data.count,
            of: event.data.of,
            at: event.at,
          },
        ]
      : [],
  );
}
