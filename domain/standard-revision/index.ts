import { MANAGERS } from '../actor';
import { shared, type Family, type Slice } from '../family';
import { endingBy } from '../slices/ending';
import { links } from '../slices/links';
import { notes } from '../slices/notes';
import { obligations } from '../slices/obligations';
import { ownership } from '../slices/ownership';
import { relieving } from '../slices/relieving';
import { stage } from '../slices/stage';
import { openRevision, revising } from './revising';
import { initialRevision, type RevisionOpening, type RevisionState } from './state';

/**
 * The family of standard revisions (CMP-081 … CMP-083): what fails again and again shows a gap in a standard. Somebody
 * proposes another cadence of a duty, a manager decides, and the cadence of that asset or place is revised. It is no
 * resident's: a manager withdraws or reopens it.
 */
const slices: readonly Slice<RevisionState>[] = [
  shared(obligations),
  shared(stage),
  shared(endingBy({ withdraw: MANAGERS, reopen: MANAGERS, tellsResident: false })),
  revising,
  shared(ownership),
  shared(links),
  shared(notes),
  shared(relieving()),
];

export const standardRevision: Family<RevisionState, RevisionOpening> = {
  name: 'standard-revision',
  letter: 'S',
  slices,
  initial: initialRevision,
  open: openRevision,
};
