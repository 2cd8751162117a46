import { notify } from '../book';
import { draft, type Draft } from '../event';
import type { Slice } from '../family';
import type { CaseState } from '../state';

declare module '../event' {
  interface EventData {
    /** Former cases about the same asset or place and fault. */
    'looked-back': LookBack;
  }
  interface CommandData {
    'tell-past': LookBack;
  }
  interface EffectData {
    /** Counts former cases of the same asset, else of the same room, with the same fault (K9). */
    'look-back': { readonly subtype: string; readonly asset: string | null; readonly roomIndex: string | null };
  }
}

interface LookBack {
  /** The last one within the policy's days: this is a repeated one. */
  readonly repeatOf: string | null;
  /** Those of this asset and fault in the local calendar month, this one included. */
  readonly inMonth: number;
}

/** What was here before (K9): a repeated fault is called back twice, the third of a month becomes a finding. */
export const lookingBack: Slice = {
  commands: {
    'tell-past': { roles: ['system'], guard: () => null, decide: (_state, past) => [draft('looked-back', past)] },
  },
  evolve: {
    'looked-back': (state, { data }) => ({
      ...state,
      links: { ...state.links, repeatOf: state.links.repeatOf ?? data.repeatOf },
    }),
  },
  react: {
    'looked-back': ({ data }, state) => [
      ...(data.repeatOf === null ? [] : tellSupervisor(state, data.repeatOf)),
      ...finding(state, data.inMonth),
    ],
  },
};

/** @param asset null: by the place */
export function lookBack(subtype: string, asset: string | null, roomIndex: string | null): Draft {
  return draft('effect-requested', { effect: { kind: 'look-back', subtype, asset, roomIndex } });
}

function tellSupervisor(state: CaseState, no: string): Draft[] {
  const to = { kind: 'role', role: 'senior_cs_supervisor', department: null } as const;
  return [notify(state, { template: 'fault-repeated', to, args: { former: no } })];
}

/** The workflow of a finding is named by what it is about, so the fourth and the fifth fault make no second one. */
function finding(state: CaseState, inMonth: number): Draft[] {
  const { recurrence } = state.policy;
  if (!recurrence || inMonth < recurrence.count || state.subtype === null) return [];
  const { subtype, asset } = state;
  const effect = { kind: 'start-case', family: recurrence.family, subtype, asset, note: null } as const;
  return [draft('effect-requested', { effect })];
}
