import { shared, type Family, type Slice } from '../family';
import { ending } from '../slices/ending';
import { keptLast } from '../slices/kept-last';
import { links, startsComplaint } from '../slices/links';
import { notes } from '../slices/notes';
import { obligations } from '../slices/obligations';
import { ownership } from '../slices/ownership';
import { parts } from '../slices/parts';
import { promises } from '../slices/promises';
import { relieving } from '../slices/relieving';
import { stage } from '../slices/stage';
import { ANSWERED, answering, openConsultation, STAGES } from './answering';
import { initialConsultation, type ConsultationOpening, type ConsultationState } from './state';

/**
 * The consultation family (CMP-038, CMP-099): a question is answered within the hour, or at the time promised to the
 * asker. Departments may be asked; it closes with its answer, and with what was promised in it.
 */
const slices: readonly Slice<ConsultationState>[] = [
  shared(obligations),
  shared(stage),
  shared(ending),
  answering,
  parts<ConsultationState>(STAGES, { mayComplete: () => null }),
  shared(ownership),
  shared(promises),
  keptLast((state) => (state.stage === ANSWERED ? 'satisfied' : null)),
  shared(links),
  shared(startsComplaint),
  shared(notes),
  shared(relieving()),
];

export const consultation: Family<ConsultationState, ConsultationOpening> = {
  name: 'consultation',
  letter: 'Q',
  slices,
  initial: initialConsultation,
  open: openConsultation,
};
