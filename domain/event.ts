import type { Actor, Role } from './actor';
import type { Instant, Millis } from './instant';
import type { DueCause, Obligation, OwedBy } from './obligation';
import type { FamilyPolicy, Level, Priority } from './policy';

/**
 * The journal: a case's own list of events, `seq` 1, 2, 3 … without a gap. Families add their events and commands to
 * `EventData` and `CommandData` by declaration merging, so that a new family touches no shared file.
 */

/** A text that only the vault can read. `sealed` carries it while the database is away and is stripped when written. */
export interface TextRef {
  readonly ref: string;
  /** Salted SHA-256: evidence that the text was not changed. */
  readonly digest: string;
  readonly sealed?: string;
}

export type Via =
  | { readonly kind: 'start' }
  | { readonly kind: 'command'; readonly command: string; readonly id: string }
  | { readonly kind: 'timer'; readonly purpose: string; readonly plannedAt: Instant }
  | { readonly kind: 'effect'; readonly of: number };

/** Whom the case waits for in a stage (value stream, management.md `wait`). */
export type WaitingOn = 'us' | 'resident' | 'outside' | 'working' | 'nobody';

export type Recipient =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'role'; readonly role: Role; readonly department: string | null }
  | { readonly kind: 'resident' };

export interface EventData {
  'timer-fired': { readonly purpose: string; readonly obligation: string | null; readonly plannedAt: Instant };
  'wake-gap': { readonly plannedAt: Instant; readonly gapMs: Millis };
  'stage-entered': { readonly stage: string; readonly from: string | null; readonly waitingOn: WaitingOn };

  'obligation-opened': { readonly obligation: Obligation };
  'obligation-warned': { readonly obligation: string; readonly fraction: number };
  'obligation-reminded': { readonly obligation: string; readonly count: number; readonly of: number };
  /** `metAt` is the accepted instant of the act that met it; it lies before the event when the act came before the duty. */
  'obligation-met': {
    readonly obligation: string;
    readonly metAt: Instant;
    readonly dueAt: Instant;
    readonly lateMs: Millis;
  };
  'obligation-missed': { readonly obligation: string; readonly dueAt: Instant; readonly again: boolean };
  'obligation-cancelled': { readonly obligation: string; readonly reason: string };
  'obligation-paused': { readonly obligation: string };
  'obligation-resumed': { readonly obligation: string };
  'due-moved': {
    readonly obligation: string;
    readonly cause: DueCause;
    readonly old: Instant;
    readonly new: Instant;
    readonly oldBase: Instant;
    readonly newBase: Instant;
    readonly limit: Millis;
    readonly warned: number;
  };
  'owner-moved': { readonly obligation: string; readonly from: OwedBy; readonly to: OwedBy };
  escalated: {
    readonly obligation: string;
    readonly rung: number;
    readonly role: Role;
    readonly cause: 'missed' | 'time' | 'unacknowledged';
  };
  'escalation-acknowledged': { readonly obligation: string; readonly rung: number };
  'ladder-exhausted': { readonly obligation: string; readonly rung: number };

  /** Something outside the case is to be done or found out; what comes of it comes back as a command of the system. */
  'effect-requested': { readonly effect: Effect };
  /** What came back was not to be done any more, with the code of the refusal. */
  'effect-refused': { readonly of: number; readonly effect: string; readonly refused: string };

  'notify-requested': {
    readonly template: string;
    readonly to: Recipient;
    readonly obligation: string | null;
    readonly urgent: boolean;
    /** ICU arguments: ids, instants and numbers, never personal data. */
    readonly args: Readonly<Record<string, string | number>>;
    /** Roles tried in this order when nobody holds the one addressed (an empty rung is skipped upwards). */
    readonly upwards: readonly Role[];
    readonly text: TextRef | null;
  };
  notified: {
    readonly of: number;
    readonly template: string;
    readonly channel: string;
    readonly role: Role | null;
    readonly recipients: readonly string[];
    readonly skipped: readonly Role[];
    readonly obligation: string | null;
  };
}

export type EventType = keyof EventData;

export interface Envelope {
  readonly seq: number;
  /** The instant at which the engine accepted or did it. */
  readonly at: Instant;
  /** When it happened by the words of whoever reports it from the field; scored only where the policy allows. */
  readonly occurredAt?: Instant;
  readonly by: Actor;
  readonly via: Via;
  readonly episode: number;
  readonly policyVersion: number;
}

export type EventOf<K extends EventType> = K extends EventType
  ? Envelope & { readonly type: K; readonly data: EventData[K] }
  : never;
export type JournalEvent = EventOf<EventType>;

/** An event before it is numbered and signed. */
export type DraftOf<K extends EventType> = K extends EventType
  ? { readonly type: K; readonly data: EventData[K]; readonly occurredAt?: Instant }
  : never;
export type Draft = DraftOf<EventType>;

export function draft<K extends EventType>(type: K, data: EventData[K], occurredAt?: Instant): Draft {
  // The union over all types can't be narrowed by a generic K; the signature above is what keeps it sound.
  const event = occurredAt === undefined ? { type, data } : { type, data, occurredAt };
  return event as unknown as Draft;
}

/** The body of every command by its name; families merge theirs in. */
export interface CommandData {
  'acknowledge-escalation': { readonly obligation: string };
}

export type CommandName = keyof CommandData;

export interface Command<K extends CommandName = CommandName> {
  readonly name: K;
  /** The caller's idempotency key, or a random id. */
  readonly id: string;
  readonly by: Actor;
  readonly occurredAt?: Instant;
  readonly data: CommandData[K];
}

/** What a case can ask of the outside, by kind; slices merge theirs in. Ids, codes and instants, never personal data. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface EffectData {}

export type EffectKind = keyof EffectData;
export type EffectOf<K extends EffectKind> = K extends EffectKind ? { readonly kind: K } & EffectData[K] : never;
export type Effect = EffectOf<EffectKind>;

/** Facts of the report that never change and that the state does not need; the read model keeps them. */
export interface OpenedRecord {
  readonly source: 'live' | 'typed-late' | 'imported' | 'alarm' | 'duty';
  readonly channel: string;
  readonly building: string | null;
  readonly unit: string | null;
  readonly asset: string | null;
  /** Keyed blind indexes: equal rooms and phones have equal ones, nothing else can be told from them. */
  readonly roomIndex: string | null;
  readonly phoneIndex: string | null;
  readonly careColour: string | null;
  readonly repeatOf: string | null;
  readonly rootCase: string | null;
  readonly expectedResolutionAt: Instant | null;
}

/** What a family is opened with; families extend it. */
export interface Opening<P extends FamilyPolicy = FamilyPolicy> {
  readonly policy: P;
  readonly record: OpenedRecord;
  readonly matter: TextRef;
  /** Where and who, as one sealed text: room, caller's name and phone. */
  readonly contact: TextRef | null;
  readonly no: string;
  readonly project: { readonly id: string; readonly zone: string };
  readonly mode: CaseMode;
  readonly reportedAt: Instant;
  readonly receivedAt: Instant;
  readonly by: Actor;
  readonly type: string | null;
  readonly subtype: string | null;
  readonly priority: Priority | null;
  readonly level: Level | null;
  /** The version of the rules that the case keeps (domain/rules.ts); left out by releases that knew only the first. */
  readonly rules?: number;
}

/** Decides where effects go and what counts, never how a case runs. */
export type CaseMode = 'live' | 'drill' | 'mystery';
