import { actionsOf } from './actions';
import type { Actor } from './actor';
import type { CommandName } from './event';
import type { Family } from './family';
import type { Instant } from './instant';
import { follows } from './rules';
import { UNSATISFIED } from './slices/satisfaction';
import type { CaseState } from './state';

/** What a resident's link may be good for, besides looking. */
export const LINK_RIGHTS = ['answer', 'rate', 'reopen', 'write'] as const;
export type LinkRight = (typeof LINK_RIGHTS)[number];

/** The commands that a link can give, and the right that each needs. */
export const RIGHT_OF = {
  'owner-answer': 'answer',
  callback: 'rate',
  rate: 'rate',
  reopen: 'reopen',
  note: 'write',
} as const satisfies Partial<Record<CommandName, LinkRight>>;

export type ResidentCommand = keyof typeof RIGHT_OF;

export const isResidentCommand = (command: string): command is ResidentCommand => Object.hasOwn(RIGHT_OF, command);

/** What he is asked to accept or reject, in families that ask. */
export function askedOf(state: object): 'plan' | 'result' | null {
  const { awaiting } = state as { readonly awaiting?: unknown };
  return awaiting === 'plan' || awaiting === 'result' ? awaiting : null;
}

/** A score of at most this, given with one of these, brings the case back; null where none does. */
export function reopeningScore(state: CaseState, acts: readonly ResidentCommand[]): number | null {
  if (acts.includes('callback') || acts.includes('rate')) return UNSATISFIED;
  const asked = acts.includes('owner-answer') && askedOf(state) === 'result';
  return asked && follows(state, 'low-score-with-the-result-reopens') ? UNSATISFIED : null;
}

/** What he can do now by a link with these rights. */
export function offersOf<S extends CaseState, O>(
  family: Family<S, O>,
  state: S,
  rights: readonly LinkRight[],
  { by, at }: { readonly by: Actor; readonly at: Instant },
): ResidentCommand[] {
  if (state.ended) return [];
  const possible = actionsOf(family, state, by, at).flatMap(({ command, refusal }) =>
    refusal === null && isResidentCommand(command) && rights.includes(RIGHT_OF[command]) ? [command] : [],
  );
  // Whoever is asked for his answer to the result says with it what the callback would ask.
  return possible.includes('owner-answer') ? possible.filter((command) => command !== 'callback') : possible;
}
