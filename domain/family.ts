import type { Actor, Role } from './actor';
import type { CommandData, CommandName, Draft, EventOf, EventType, Via } from './event';
import type { Instant } from './instant';
import type { CaseState } from './state';

/**
 * A family is a list of slices. A slice is one ability (pausing, parts, daily progress, …) with its commands, how its
 * events change the state, what follows from events, and the moments that come by themselves. Every function is pure.
 */
export interface Context {
  readonly at: Instant;
  readonly by: Actor;
  readonly via: Via;
}

/** Why something is not done. The code and its arguments are stable; words are made by the client. */
export interface Refusal {
  readonly refused: string;
  readonly args: Readonly<Record<string, string | number | readonly string[]>>;
}

export function refuse(code: string, args: Refusal['args'] = {}): Refusal {
  return { refused: code, args };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

export interface CommandRule<S extends CaseState, K extends CommandName = CommandName> {
  readonly roles: readonly Role[];
  /** Whether it is done in the field, so that `occurredAt` may be claimed. */
  readonly field?: true;
  /** Whether it is allowed now, whatever its body: this is what `actions` of a case shows. */
  readonly guard: (state: S, context: Context) => Refusal | null;
  readonly decide: (
    state: S,
    data: CommandData[K],
    context: Context,
    occurredAt?: Instant,
  ) => readonly Draft[] | Refusal;
}

export type CommandRules<S extends CaseState> = { readonly [K in CommandName]?: CommandRule<S, K> };

/** A moment of the case itself, owed by nobody: the end of a pause, the 16:00 check. */
export interface CaseMoment {
  readonly at: Instant;
  readonly purpose: string;
}

export interface Slice<S extends CaseState = CaseState> {
  readonly commands?: CommandRules<S>;
  readonly evolve?: { readonly [K in EventType]?: (state: S, event: EventOf<K>) => S };
  readonly react?: { readonly [K in EventType]?: (event: EventOf<K>, state: S, context: Context) => readonly Draft[] };
  readonly moments?: (state: S) => readonly CaseMoment[];
  readonly wake?: Readonly<Record<string, (state: S, moment: CaseMoment, context: Context) => readonly Draft[]>>;
}

export interface Family<S extends CaseState, O> {
  readonly name: string;
  /** First letter of its case numbers. */
  readonly letter: string;
  readonly slices: readonly Slice<S>[];
  /** Stages in which whoever has its job has it to do; left out in families without jobs. */
  readonly jobStages?: readonly string[];
  /** The state before the first event. */
  readonly initial: (opening: O) => S;
  /** The first events of a case. */
  readonly open: (state: S, opening: O, context: Context) => readonly Draft[] | Refusal;
}

/** The rule of a command, whichever slice it is in. */
export function ruleOf<S extends CaseState, O>(
  family: Family<S, O>,
  name: string,
): CommandRule<S, CommandName> | undefined {
  for (const slice of family.slices) {
    const rules = slice.commands as Readonly<Record<string, CommandRule<S, CommandName>>> | undefined;
    if (rules && Object.hasOwn(rules, name)) return rules[name];
  }
  return undefined;
}

export function commandNames<S extends CaseState, O>(family: Family<S, O>): string[] {
  return family.slices.flatMap((slice) => Object.keys(slice.commands ?? {}));
}

/** A slice that knows only what every case has, as a slice of one family. It spreads the state, so nothing is lost. */
export function shared<S extends CaseState>(slice: Slice): Slice<S> {
  return slice as unknown as Slice<S>;
}
