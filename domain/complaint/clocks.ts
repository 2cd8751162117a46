import { meet } from '../book';
import type { Draft } from '../event';
import type { Context } from '../family';
import { setClock } from '../slices/clocks';
import { COMPLAINT_CLOCKS } from './policy';
import type { ComplaintState } from './state';

/** Which clocks a complaint has, by its priority. */
export function setClocks(state: ComplaintState, context: Context, cause?: 'reclassified'): Draft[] {
  const rules = state.policy.clocks[state.priority ?? 'unclassified'];
  const planned = state.plan.state === 'proposed' || state.plan.state === 'accepted';
  return COMPLAINT_CLOCKS.flatMap((kind) => {
    const rule = kind === 'test-result' && !state.outsideTest ? undefined : rules[kind];
    // A case that has its clocks by priority is classified.
    if (!rule && kind === 'classify') return meet(state, kind, context);
    return setClock(state, { kind, rule, answered: kind === 'plan' && planned }, context, cause);
  });
}
