import { notify } from '../book';
import { draft, type Draft } from '../event';
import type { Slice } from '../family';
import { reopening } from '../slices/ending';
import { childrenDone } from '../slices/links';
import { mayComplete } from './handling';
import { STAGES } from './stages';
import type { ComplaintState } from './state';

/** The department whose part of a complaint the repairs are that were started from it. */
const REPAIRS = 'engineering';

/**
 * A complaint is resolved by the repair that it started: when all of them are done, so is engineering's part. What is
 * not fixed after all comes back to the complaint, too.
 */
export const children: Slice<ComplaintState> = {
  react: {
    'child-told': ({ data }, state) => {
      if (data.outcome === 'reopened') return cameBack(state);
      if (data.outcome !== 'resolved' || !childrenDone(state)) return [];
      const part = state.parts[REPAIRS];
      const open = part?.state === 'assigned' || part?.state === 'accepted';
      if (!open || !STAGES.working.includes(state.stage) || mayComplete(state)) return tellOwner(state, data.no);
      return [draft('part-done', { department: REPAIRS, result: null }), ...tellOwner(state, data.no)];
    },
  },
};

function cameBack(state: ComplaintState): Draft[] {
  const over = state.stage !== 'withdrawn' && !STAGES.handling.includes(state.stage);
  return over ? [reopening(state, 'child-reopened', null)] : [];
}

function tellOwner(state: ComplaintState, no: string): Draft[] {
  if (state.owner === null) return [];
  return [notify(state, { template: 'child-resolved', to: { kind: 'person', id: state.owner }, args: { child: no } })];
}
