import type { Actor } from './actor';
import { commandNames, ruleOf, type Context, type Family, type Refusal } from './family';
import type { Instant } from './instant';
import type { CaseState } from './state';

/** What an actor can do with a case now; `refusal` says why not. Whatever a command's body adds is judged later. */
export interface Action {
  readonly command: string;
  readonly refusal: Refusal | null;
  readonly field: boolean;
}

/** Commands of other roles are left out: they are no business of this actor. */
export function actionsOf<S extends CaseState, O>(family: Family<S, O>, state: S, by: Actor, at: Instant): Action[] {
  return commandNames(family).flatMap((command) => {
    const rule = ruleOf(family, command);
    if (!rule?.roles.includes(by.role)) return [];
    const context: Context = { at, by, via: { kind: 'command', command, id: '' } };
    return [{ command, refusal: rule.guard(state, context), field: rule.field === true }];
  });
}
