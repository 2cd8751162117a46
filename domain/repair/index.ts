import { shared, type Family, type Slice } from '../family';
import { callback } from '../slices/callback';
import { callers } from '../slices/callers';
import { dispatch } from '../slices/dispatch';
import { ending } from '../slices/ending';
import { closeWhenKept, keptLast } from '../slices/kept-last';
import { level } from '../slices/level';
import { links } from '../slices/links';
import { lookingBack } from '../slices/looking-back';
import { notes } from '../slices/notes';
import { obligations } from '../slices/obligations';
import { outage } from '../slices/outage';
import { ownership } from '../slices/ownership';
import { pausing } from '../slices/pausing';
import { progress } from '../slices/progress';
import { promises } from '../slices/promises';
import { relieving } from '../slices/relieving';
import { satisfaction } from '../slices/satisfaction';
import { stage } from '../slices/stage';
import { intake, openRepair } from './intake';
import { ON_SITE, STAGES } from './stages';
import { initialRepair, type RepairOpening, type RepairState } from './state';
import { work } from './work';

/**
 * The repair family (REP-*): dispatched by the policy's table, worked on by one person, called back before it closes.
 * `ending` comes before `intake`, so that a reopening ends the old clocks before new ones begin.
 */
const slices: readonly Slice<RepairState>[] = [
  shared(obligations),
  shared(stage),
  shared(ending),
  intake,
  dispatch<RepairState>(STAGES, {
    onSite: (state) => ON_SITE.includes(state.stage),
  }),
  work,
  callback<RepairState>({
    stage: 'callback',
    work: ['visit-started', 'work-completed'],
    needsSecond: (state) => state.level === 'major' || state.links.repeatOf !== null || state.reopenCount > 0,
    settled: closeWhenKept,
  }),
  shared(satisfaction),
  shared(level),
  shared(links),
  shared(lookingBack),
  shared(ownership),
  shared(progress(STAGES)),
  shared(outage(STAGES)),
  shared(pausing(STAGES)),
  shared(promises),
  keptLast((state) => state.callback.settled),
  shared(notes),
  shared(callers),
  shared(relieving(STAGES.handling)),
];

export const repair: Family<RepairState, RepairOpening> = {
  name: 'repair',
  letter: 'R',
  slices,
  jobStages: STAGES.handling,
  initial: initialRepair,
  open: openRepair,
};
