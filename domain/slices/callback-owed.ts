import { openOf } from '../book';
import { refuse, type Refusal } from '../family';
import type { CaseState } from '../state';

/** Somebody is still to be called, for the first or the second time. */
export function callbackOwed(state: CaseState): boolean {
  return openOf(state, 'callback').length + openOf(state, 'second-callback').length > 0;
}

/** Nothing closes around a callback (CMP-072, REP-017): the refusal of whatever would end the case before it is made. */
export function notAroundCallback(state: CaseState): Refusal | null {
  return callbackOwed(state) ? refuse('callback-owed', { stage: state.stage }) : null;
}
