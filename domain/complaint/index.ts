import { draft } from '../event';
import { shared, type Family, type Slice } from '../family';
import { callback } from '../slices/callback';
import { callers } from '../slices/callers';
import { ending } from '../slices/ending';
import { extending } from '../slices/extending';
import { level } from '../slices/level';
import { links, startsDispute } from '../slices/links';
import { notes } from '../slices/notes';
import { obligations } from '../slices/obligations';
import { outage } from '../slices/outage';
import { ownership } from '../slices/ownership';
import { parts } from '../slices/parts';
import { pausing } from '../slices/pausing';
import { progress } from '../slices/progress';
import { promises } from '../slices/promises';
import { relieving } from '../slices/relieving';
import { satisfaction } from '../slices/satisfaction';
import { stage } from '../slices/stage';
import { STAGES } from './stages';
import { children } from './children';
import { closing } from './closing';
import { handling, mayComplete } from './handling';
import { intake, openComplaint } from './intake';
import { owner } from './owner';
import { initialComplaint, type ComplaintOpening, type ComplaintState } from './state';

/**
 * The complaint family. Slices react to an event in this order: `ending` before `closing`, so that a reopening ends the
 * old clocks before new ones begin.
 */
const slices: readonly Slice<ComplaintState>[] = [
  shared(obligations),
  shared(stage),
  intake,
  shared(level),
  handling,
  owner,
  callback<ComplaintState>({
    stage: 'review',
    work: ['part-accepted', 'part-done', 'surveyed'],
    needsSecond: () => false,
    // Who is satisfied, or can't be reached, is not asked for his answer any more.
    settled: (state) =>
      state.awaiting === 'result'
        ? [draft('owner-answered', { subject: 'result', accepted: true, score: null, comment: null })]
        : [],
  }),
  shared(satisfaction),
  parts<ComplaintState>(STAGES, { mayComplete }),
  shared(ending),
  closing,
  shared(extending),
  shared(ownership),
  shared(progress(STAGES)),
  shared(outage(STAGES)),
  shared(pausing(STAGES)),
  shared(promises),
  shared(notes),
  shared(callers),
  shared(links),
  shared(startsDispute),
  children,
  shared(relieving()),
];

export const complaint: Family<ComplaintState, ComplaintOpening> = {
  name: 'complaint',
  letter: 'C',
  slices,
  initial: initialComplaint,
  open: openComplaint,
};
