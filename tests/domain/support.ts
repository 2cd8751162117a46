import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicy } from '../../common/policy/load';
import type { Actor, Role } from '../../domain/actor';
import { complaint } from '../../domain/complaint';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import type { ComplaintOpening, ComplaintState } from '../../domain/complaint/state';
import { evolve, nextWake, openCase, recordEffect, runCommand, runWake, type Step } from '../../domain/engine';
import { draft } from '../../domain/event';
import type { Command, CommandData, CommandName, EventOf, EventType, JournalEvent, TextRef } from '../../domain/event';
import { isRefusal, type Refusal } from '../../domain/family';
import type { Instant, Millis } from '../../domain/instant';
import type { Obligation } from '../../domain/obligation';
import { CLERK, MANAGER, RESIDENT, SUPERVISOR } from './people';

export * from './people';

export const SHANGHAI = 'Asia/Shanghai';

/** `2026-11-23 09:00` or `2026-11-23 09:00:00.001` by the clock of Shanghai, which is UTC+8 the year round. */
export function sh(local: string): Instant {
  const [date = '', time = '00:00'] = local.split(' ');
  const instant = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}+08:00`);
  if (Number.isNaN(instant)) throw new Error(`not a local time: ${local}`);
  return instant;
}

function defaultPolicy(): ComplaintPolicy {
  const file = join(__dirname, '..', '..', 'policies', 'complaint.yaml');
  const parsed = parsePolicy(readFileSync(file, 'utf8'), 'policies/complaint.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return { ...(parsed.policy as Omit<ComplaintPolicy, 'version'>), version: 7 };
}

/** The policy that comes with the program, as version 7. */
export const POLICY: ComplaintPolicy = defaultPolicy();

export function text(ref: string): TextRef {
  return { ref, digest: `digest-of-${ref}` };
}

/** A Monday morning. */
export const MONDAY_9 = sh('2026-11-23 09:00');

export interface OpenOptions extends Partial<Omit<ComplaintOpening, 'record' | 'project'>> {
  /** When it is typed in; `reportedAt` and `receivedAt` follow when they are not given. */
  readonly at?: Instant;
  readonly zone?: string;
  readonly record?: Partial<ComplaintOpening['record']>;
}

export function openingOf(options: OpenOptions = {}): ComplaintOpening {
  const { at = MONDAY_9, zone = SHANGHAI, record, ...rest } = options;
  return {
    no: 'C-7K2M-94QD',
    project: { id: 'lakeside', zone },
    mode: 'live',
    reportedAt: at,
    receivedAt: at,
    by: CLERK,
    type: null,
    subtype: 'lighting',
    priority: null,
    level: null,
    policy: POLICY,
    matter: text('matter'),
    restatement: null,
    restatementConfirmed: null,
    contact: null,
    departments: null,
    ...rest,
    record: {
      source: 'live',
      channel: 'phone',
      building: '3',
      unit: '2',
      asset: null,
      roomIndex: null,
      phoneIndex: null,
      careColour: null,
      repeatOf: null,
      rootCase: null,
      expectedResolutionAt: null,
      ...record,
    },
  };
}

export const URGENT: OpenOptions = { subtype: 'power_cut' };
export const IMPORTANT: OpenOptions = { subtype: 'lift' };
export const NOISE: OpenOptions = { subtype: 'noise' };
export const ROUTINE: OpenOptions = { subtype: 'lighting' };
export const UNCLASSIFIED: OpenOptions = { subtype: null };

export interface DoOptions {
  readonly by?: Actor;
  readonly at?: Instant;
  readonly occurredAt?: Instant;
}

/** A complaint played by the pure engine. It keeps the whole journal, and freezes every state it is given. */
export class Play {
  state: ComplaintState;
  now: Instant;
  readonly journal: JournalEvent[] = [];

  constructor(options: OpenOptions = {}) {
    const opening = openingOf(options);
    this.opening = opening;
    this.now = options.at ?? opening.receivedAt;
    this.state = deepFreeze(complaint.initial(opening));
    this.take(mustStep(openCase(complaint, opening, { at: this.now, by: opening.by })));
  }

  readonly opening: ComplaintOpening;

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
  run<K extends CommandName>(name: K, data: CommandData[K], options: DoOptions = {}): Step<ComplaintState> | Refusal {
    const { by = CLERK, at = this.now, occurredAt } = options;
    if (at > this.now) this.until(at - 1);
    this.now = at;
    const command = { name, id: `${name}-${this.state.seq}`, by, data, occurredAt } as unknown as Command;
    return runCommand(complaint, this.state, command, at);
  }

  /** Time passes, and every moment is woken at in its millisecond. */
  until(at: Instant): JournalEvent[] {
    const events: JournalEvent[] = [];
    for (let next = nextWake(complaint, this.state); next && next.at <= at; next = nextWake(complaint, this.state)) {
      this.now = Math.max(this.now, next.at);
      events.push(...this.take(runWake(complaint, this.state, this.now)));
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
    return this.take(runWake(complaint, this.state, at));
  }

  /** What the directory made of a notice: who was told, and which empty rungs were skipped. */
  told(of: number, role: Role | null, skipped: readonly Role[] = []): JournalEvent[] {
    const request = this.journal.find((event) => event.seq === of);
    if (request?.type !== 'notify-requested') throw new Error(`no notice has the number ${of}`);
    const { template, obligation } = request.data;
    const recipients = role ? [`${role}-1`] : [];
    const outcome = draft('notified', { of, template, channel: 'inbox', role, recipients, skipped, obligation });
    return this.take(recordEffect(complaint, this.state, outcome, of, this.now));
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

  take(step: Step<ComplaintState>): JournalEvent[] {
    this.state = deepFreeze(step.state);
    this.journal.push(...step.events);
    return [...step.events];
  }
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

/** The state as a fold of the journal alone. */
export function folded(opening: ComplaintOpening, journal: readonly JournalEvent[]): ComplaintState {
  const state = journal.reduce((before, event) => evolve(complaint, before, event), complaint.initial(opening));
  const changed = journal.findLast(({ type }) => type !== 'notified');
  return { ...state, seq: journal.at(-1)?.seq ?? 0, changedSeq: changed?.seq ?? 0 };
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** Bodies of commands that tests don't look into. */
export const BODY = {
  acknowledge: { note: null },
  survey: { findings: text('findings') },
  plan: (finishAt: Instant) => ({ cause: text('cause'), plan: text('plan'), finishAt }),
  measure: (dueAt: Instant) => ({ measure: text('measure'), dueAt, notice: text('notice'), places: ['3-2'] }),
  feedBack: { written: text('written'), faceToFace: true, reason: null, promises: [] },
  close: { rootCause: text('cause'), preventiveAction: text('prevention'), similarRisksChecked: true },
  accept: { accepted: true, score: null, comment: null },
  reject: { accepted: false, score: null, comment: text('comment') },
  progress: { text: text('progress') },
  pause: (until: Instant) => ({ reason: 'waiting-for-resident', until, note: null }),
  test: { agency: 'EPB', result: text('result'), plan: text('correction') },
} as const;

/** Takes every part of the case and does it, as a supervisor may for every department. */
export function workDone(play: Play, at: Instant = play.now): void {
  for (const { department, state } of Object.values(play.state.parts)) {
    if (state === 'done' || state === 'cancelled') continue;
    play.do('complete-part', { department, result: text('result') }, { by: SUPERVISOR, at });
  }
}

/** From anywhere in the handling of a case that needs no plan, to review with the result accepted. */
export function toReview(play: Play, at: Instant = play.now): Play {
  workDone(play, at);
  play.do('feed-back', BODY.feedBack, { at });
  play.do('owner-answer', BODY.accept, { at, by: RESIDENT });
  return play;
}

export function toClosed(play: Play, at: Instant = play.now): Play {
  toReview(play, at);
  play.do('close', BODY.close, { at, by: MANAGER });
  return play;
}
