import { draft, type Draft, type WaitingOn } from '../event';
import { refuse, type Refusal, type Slice } from '../family';
import type { CaseState } from '../state';

/** Stages before the work is done: the case is being handled and owes daily updates. */
export const HANDLING_STAGES: readonly string[] = ['received', 'classified', 'handling'];
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
