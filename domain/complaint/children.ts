import { notify } from '../book';
import { draft, type Draft } from '../event';
import type { Slice } from '../family';
import { reopening } from '../slices/ending';
import { childrenDone } from '../slices/links';
import { mayComplete } from './handling';
import { STAGES } from './stages';
import type { ComplaintState } from './state';

/** The department whose part of a complaint the cases are that were started from it, by their family. */
const DEPARTMENTS: Readonly<Record<string, string>> = { repair: 'engineering', dispute: 'customer_service' };

/**
 * A complaint is resolved by the repair or the dispute that it started: when all of them are done, so is the part of
 * its department. What is not fixed after all comes back to the complaint, too.
 */
export const children: Slice<ComplaintState> = {
  react: {
    'child-told': ({ data }, state) => {
      if (data.outcome === 'reopened') return cameBack(state);
      const { family = '' } = state.links.children[data.no] ?? {};
      if (data.outcome !== 'resolved' || !childrenDone(state, family)) return [];
      const department = DEPARTMENTS[family] ?? '';
      const part = state.parts[department];
      const open = part?.state === 'assigned' || part?.state === 'accepted';
      if (!open || !STAGES.working.includes(state.stage) || mayComplete(state)) return tellOwner(state, data.no);
      return [draft('part-done', { department, result: null }), ...tellOwner(state, data.no)];
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
