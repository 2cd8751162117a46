import { draft, type Draft } from '../event';
import type { Slice } from '../family';
import type { CaseState } from '../state';
import { openPromises } from './promises';

/** How a case is over; null while it is not. */
type Over = 'satisfied' | 'unreachable' | null;

/** A case that is over but for its promises closes when the last of them is kept, or released. */
export function keptLast<S extends CaseState>(over: (state: S) => Over): Slice<S> {
  const close = (_event: unknown, state: S): readonly Draft[] => closeWhenKept(state, over(state));
  return { react: { 'promise-kept': close, 'promise-released': close } };
}

/** Nothing while it is not over, or something that was promised is still owed. */
export function closeWhenKept(state: CaseState, over: Over): Draft[] {
  if (over === null || openPromises(state).length > 0) return [];
  return [draft('closed', over === 'unreachable' ? { reason: over } : {})];
}
