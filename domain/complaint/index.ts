import { shared, type Family, type Slice } from '../family';
import { callers } from '../slices/callers';
import { ending } from '../slices/ending';
import { notes } from '../slices/notes';
import { obligations } from '../slices/obligations';
import { outage } from '../slices/outage';
import { ownership } from '../slices/ownership';
import { parts } from '../slices/parts';
import { pausing } from '../slices/pausing';
import { progress } from '../slices/progress';
import { promises } from '../slices/promises';
import { stage } from '../slices/stage';
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
  handling,
  owner,
  parts<ComplaintState>({ mayComplete }),
  shared(ending),
  closing,
  shared(ownership),
  shared(progress),
  shared(outage),
  shared(pausing),
  shared(promises),
  shared(notes),
  shared(callers),
];

export const complaint: Family<ComplaintState, ComplaintOpening> = {
  name: 'complaint',
  letter: 'C',
  slices,
  initial: initialComplaint,
  open: openComplaint,
};
