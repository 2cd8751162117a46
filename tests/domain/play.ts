import type { Actor, Role } from '../../domain/actor';
import {
  evolve,
  nextWake,
  openCase,
  recordEffect,
  runAnswer,
  runCommand,
  runWake,
  type Step,
} from '../../domain/engine';
import { draft } from '../../domain/event';
import type {
  Command,
  CommandData,
  CommandName,
  Effect,
  EventOf,
  EventType,
  JournalEvent,
  Opening,
} from '../../domain/event';
import { isRefusal, type Family, type Refusal } from '../../domain/family';
import type { Instant, Millis } from '../../domain/instant';
import type { Obligation } from '../../domain/obligation';
import type { CaseState } from '../../domain/state';
import { CLERK } from './people';

export interface DoOptions {
  readonly by?: Actor;
  readonly at?: Instant;
  readonly occurredAt?: Instant;
}

/** A case of any family, played by the pure engine. It keeps the whole journal, and freezes every state it is given. */
export class FamilyPlay<S extends CaseState, O extends Opening> {
  state: S;
  now: Instant;
  readonly journal: JournalEvent[] = [];

  constructor(
    readonly family: Family<S, O>,
    readonly opening: O,
    at: Instant = opening.receivedAt,
  ) {
    this.now = at;
    this.state = deepFreeze(family.initial(opening));
    this.take(mustStep(openCase(family, opening, { at, by: opening.by })));
  }

  /** Does a command that must be accepted; gives its events. */
  do<K extends CommandName>(name: K, data: CommandData[K], options: DoOptions = {}): JournalEvent[] {
    const step = this.run(name, data, options);
    if (isRefusal(step)) throw new Error(`${name} was refused: ${JSON.stringify(step)}`);
    return this.take(step);
  }

  /** Tries a command that must be refused; the state, which is frozen, stays as it is. */
  refused<K extends CommandName>(name: K, data: CommandData[K], options: DoOptions = {}): Refusal {
    const step = this.run(name, data, options);
    if (!isRefusal(step)) throw new Error(`${name} was accepted`);
    return step;
  }

  /** Without its consequences for the play. */
  run<K extends CommandName>(name: K, data: CommandData[K], options: DoOptions = {}): Step<S> | Refusal {
    const { by = CLERK, at = this.now, occurredAt } = options;
    if (at > this.now) this.until(at - 1);
    this.now = at;
    const command = { name, id: `${name}-${this.state.seq}`, by, data, occurredAt } as unknown as Command;
    return runCommand(this.family, this.state, command, at);
  }

  /** Time passes, and every moment is woken at in its millisecond. */
  until(at: Instant): JournalEvent[] {
    const events: JournalEvent[] = [];
    for (
      let next = nextWake(this.family, this.state);
      next && next.at <= at;
      next = nextWake(this.family, this.state)
    ) {
      this.now = Math.max(this.now, next.at);
      events.push(...this.take(runWake(this.family, this.state, this.now)));
    }
    this.now = at;
    return events;
  }

  wait(time: Millis): JournalEvent[] {
    return this.until(this.now + time);
  }

  /** The system was down until now: everything that came meanwhile is woken at once. */
  downUntil(at: Instant): JournalEvent[] {
    this.now = at;
    return this.take(runWake(this.family, this.state, at));
  }

  /** What the directory made of a notice: who was told, and which empty rungs were skipped. */
  told(of: number, role: Role | null, skipped: readonly Role[] = []): JournalEvent[] {
    const request = this.journal.find((event) => event.seq === of);
    if (request?.type !== 'notify-requested') throw new Error(`no notice has the number ${of}`);
    const { template, obligation } = request.data;
    const recipients = role ? [`${role}-1`] : [];
    const outcome = draft('notified', { of, template, channel: 'inbox', role, recipients, skipped, obligation });
    return this.take(recordEffect(this.family, this.state, outcome, of, this.now));
  }

  /** What an effect found out or brought about, as the system tells the case. */
  answered<K extends CommandName>(name: K, data: CommandData[K]): JournalEvent[] {
    const of = this.all('effect-requested').at(-1);
    if (!of) throw new Error('nothing was asked for');
    const answer = { of: of.seq, effect: of.data.effect.kind, command: { name, data } };
    return this.take(runAnswer(this.family, this.state, answer, this.now));
  }

  obligation(id: string): Obligation {
    const found = this.state.obligations[id];
    if (!found) throw new Error(`no obligation ${id}; there are ${Object.keys(this.state.obligations).join(', ')}`);
    return found;
  }

  /** Ids of what is still owed, sorted. */
  open(): string[] {
    return Object.values(this.state.obligations)
      .filter(({ state }) => state === 'open')
      .map(({ id }) => id)
      .sort();
  }

  /** Every event of a type so far. */
  all<K extends EventType>(type: K): EventOf<K>[] {
    return ofType(this.journal, type);
  }

  take(step: Step<S>): JournalEvent[] {
    this.state = deepFreeze(step.state);
    this.journal.push(...step.events);
    return [...step.events];
  }
}

/** The state as a fold of the journal alone. */
export function foldedOf<S extends CaseState, O>(
  family: Family<S, O>,
  opening: O,
  journal: readonly JournalEvent[],
): S {
  const state = journal.reduce((before, event) => evolve(family, before, event), family.initial(opening));
  const changed = journal.findLast(({ type }) => type !== 'notified');
  return { ...state, seq: journal.at(-1)?.seq ?? 0, changedSeq: changed?.seq ?? 0 };
}

export function mustStep<S>(step: S | Refusal): S {
  if (isRefusal(step)) throw new Error(`refused: ${JSON.stringify(step)}`);
  return step;
}

export function ofType<K extends EventType>(events: readonly JournalEvent[], type: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> & JournalEvent => event.type === type);
}

/** Types of events in their order. */
export function types(events: readonly JournalEvent[]): string[] {
  return events.map(({ type }) => type);
}

/** `template → addressee` of every notice. */
export function notices(events: readonly JournalEvent[]): string[] {
  return ofType(events, 'notify-requested').map(({ data: { template, to } }) => {
    const whom = to.kind === 'person' ? to.id : to.kind === 'role' ? to.role : 'resident';
    return `${template} → ${whom}`;
  });
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** What the case asked of the outside. */
export function effects(events: readonly JournalEvent[]): Effect[] {
  return ofType(events, 'effect-requested').map(({ data }) => data.effect);
}
