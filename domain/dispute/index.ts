import { meet } from '../book';
import { shared, type Family, type Slice } from '../family';
import { callback } from '../slices/callback';
import { ending } from '../slices/ending';
import { extending } from '../slices/extending';
import { closeWhenKept, keptLast } from '../slices/kept-last';
import { links } from '../slices/links';
import { notes } from '../slices/notes';
import { obligations } from '../slices/obligations';
import { ownership } from '../slices/ownership';
import { pausing } from '../slices/pausing';
import { progress } from '../slices/progress';
import { promises, releasing } from '../slices/promises';
import { relieving } from '../slices/relieving';
import { satisfaction } from '../slices/satisfaction';
import { stage } from '../slices/stage';
import { mediation, openDispute, STAGES } from './mediation';
import { initialDispute, type DisputeOpening, type DisputeState } from './state';

const closedInTime: Slice<DisputeState> = {
  react: { closed: (_event, state, context) => meet(state, 'close', context) },
};

/**
 * The dispute family (CMP-040, CMP-052): the parties and the property company meet within a day, what they agree on are
 * clocks of the case, and it closes when they are kept and the resident was called back. `ending` comes after
 * `closedInTime`, so that a closing meets its clock before it ends the others, and before `mediation`, so that a
 * reopening ends the old clocks before new ones begin.
 */
const slices: readonly Slice<DisputeState>[] = [
  shared(obligations),
  shared(stage),
  closedInTime,
  shared(ending),
  mediation,
  callback<DisputeState>({
    stage: 'callback',
    work: ['meeting-recorded', 'dispute-settled'],
    needsSecond: () => false,
    settled: closeWhenKept,
  }),
  shared(satisfaction),
  shared(extending),
  shared(ownership),
  shared(progress(STAGES)),
  shared(pausing(STAGES)),
  shared(promises),
  shared(releasing),
  keptLast((state) => state.callback.settled),
  shared(links),
  shared(notes),
  shared(relieving()),
];

export const dispute: Family<DisputeState, DisputeOpening> = {
  name: 'dispute',
  letter: 'M',
  slices,
  initial: initialDispute,
  open: openDispute,
};
