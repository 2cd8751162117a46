import { draft, type Draft, type WaitingOn } from '../event';
import { refuse, type Refusal, type Slice } from '../family';
import type { CaseState } from '../state';

/** The stages of a family by what the shared slices ask of them; slices that ask are made with them. */
export interface Stages {
  /** Before the work is done: the case owes daily updates. */
  readonly handling: readonly string[];
  /** Those of them in which it is known what is to be done. */
  readonly working: readonly string[];
}

export const CLOSED_STAGES: readonly string[] = ['closed', 'withdrawn'];

export const stage: Slice = {
  evolve: {
    'stage-entered': (state, { data }) => ({ ...state, stage: data.stage, waitingOn: data.waitingOn }),
  },
};

/** Nothing when the case is there already and waits for the same. */
export function enter(state: CaseState, to: string, waitingOn: WaitingOn): Draft[] {
  if (state.stage === to && state.waitingOn === waitingOn) return [];
  return [
    draft('stage-entered', {
      stage: to,
      from: state.stage === to || state.stage === '' ? null : state.stage,
      waitingOn,
    }),
  ];
}

/** The refusal of a command that is not for this stage; null when it is. */
export function onlyIn(state: CaseState, stages: readonly string[]): Refusal | null {
  if (stages.includes(state.stage)) return null;
  const code = CLOSED_STAGES.includes(state.stage) ? 'case-closed' : 'not-allowed-now';
  return refuse(code, { stage: state.stage, allowed: stages });
}

export function notClosed(state: CaseState): Refusal | null {
  return CLOSED_STAGES.includes(state.stage)
    ? refuse('case-closed', { stage: state.stage, allowed: ['reopen'] })
    : null;
}
