import { MANAGERS, SUPERVISORS, type Actor } from '../actor';
import { meet, notify, open } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { isRefusal, refuse, type Context, type Refusal, type Slice } from '../family';
import { openNext, setClock } from '../slices/clocks';
import { receive } from '../slices/intake';
import { takeIfFree, takenBy } from '../slices/ownership';
import { enter, onlyIn } from '../slices/stage';
import type { Cadence } from './cadence';
import { REVISION_CLOCKS } from './policy';
import type { RevisionOpening, RevisionState } from './state';

declare module '../event' {
  interface EventData {
    'standard-proposed': {
      readonly number: number;
      readonly text: TextRef;
      readonly duty: string;
      readonly cadence: Cadence;
    };
    'standard-rejected': { readonly number: number; readonly reason: TextRef };
    'standard-approved': { readonly number: number; readonly note: TextRef | null };
    /** From here on the duty has this cadence for the asset, else the building, else the whole project. */
    'cadence-revised': {
      readonly duty: string;
      readonly cadence: Cadence;
      readonly asset: string | null;
      readonly building: string | null;
    };
  }
  interface CommandData {
    'propose-standard': { readonly text: TextRef; readonly duty: string; readonly cadence: Cadence };
    'approve-standard': { readonly note: TextRef | null };
    'reject-standard': { readonly reason: TextRef };
  }
}

/** From the finding over a proposal to its decision. */
export const revising: Slice<RevisionState> = {
  commands: {
    'propose-standard': {
      roles: [...SUPERVISORS, 'quality'],
      guard: (state) => onlyIn(state, ['received']),
      decide: (state, { text, duty, cadence }, context) => {
        const { duties } = state.policy;
        if (!duties.includes(duty)) return refuse('duty-unknown', { duty, allowed: duties });
        const number = (state.proposal?.number ?? 0) + 1;
        return [...takeIfFree(state, context), draft('standard-proposed', { number, text, duty, cadence })];
      },
    },
    'approve-standard': {
      roles: MANAGERS,
      guard: (state, { by }) => mayDecide(state, by),
      decide: (state, { note }) => [draft('standard-approved', { number: state.proposal?.number ?? 0, note })],
    },
    'reject-standard': {
      roles: MANAGERS,
      guard: (state, { by }) => mayDecide(state, by),
      decide: (state, { reason }) => [draft('standard-rejected', { number: state.proposal?.number ?? 0, reason })],
    },
  },
  evolve: {
    'standard-proposed': (state, { data: { number, duty, cadence }, by }) => ({
      ...state,
      proposal: { number, by: by.id, duty, cadence },
    }),
  },
  react: {
    received: (_event, state, context) => [
      ...takeIfFree(state, context),
      ...enter(state, 'received', 'us'),
      notify(state, {
        template: 'standard-to-revise',
        to: { kind: 'role', role: 'department_head', department: null },
      }),
    ],
    'standard-proposed': ({ data }, state, context) => [
      ...meet(state, 'propose', context),
      ...open(
        state,
        { kind: 'approve', key: String(data.number), rule: state.policy.approve.rule, start: context.at },
        context,
      ),
      ...enter(state, 'proposed', 'us'),
      notify(state, {
        template: 'standard-proposed',
        to: { kind: 'role', role: 'manager', department: null },
        text: data.text,
      }),
    ],
    'standard-rejected': ({ data }, state, context) => [
      ...meet(state, 'approve', context),
      ...enter(state, 'received', 'us'),
      ...openNext(state, { kind: 'propose', rule: state.policy.clocks.all.propose, start: context.at }, context),
      ...tellProposer(state, 'rejected', data.reason),
    ],
    'standard-approved': ({ data }, state, context) => [
      ...meet(state, 'approve', context),
      ...revised(state),
      draft('resolved', {}),
      ...tellProposer(state, 'approved', data.note),
      draft('closed', {}),
    ],
    reopened: (_event, state, context) => [...enter(state, 'received', 'us'), ...setClocks(state, context)],
  },
};

export function openRevision(state: RevisionState, opening: RevisionOpening, context: Context): Draft[] | Refusal {
  const received = receive(state, opening);
  return isRefusal(received) ? received : [received, ...setClocks(takenBy(state, context), context)];
}

function setClocks(state: RevisionState, context: Context): Draft[] {
  const { all } = state.policy.clocks;
  return REVISION_CLOCKS.flatMap((kind) => setClock(state, { kind, rule: all[kind] }, context));
}

/** Nobody approves what he proposed himself. */
function mayDecide(state: RevisionState, by: Actor): Refusal | null {
  const now = onlyIn(state, ['proposed']);
  if (now) return now;
  return state.proposal?.by === by.id ? refuse('own-proposal', { staff: by.id }) : null;
}

function revised({ proposal, asset, building }: RevisionState): Draft[] {
  if (!proposal) return [];
  const { duty, cadence } = proposal;
  return [draft('cadence-revised', { duty, cadence, asset, building })];
}

function tellProposer(state: RevisionState, outcome: 'approved' | 'rejected', text: TextRef | null): Draft[] {
  if (!state.proposal) return [];
  const to = { kind: 'person', id: state.proposal.by } as const;
  return [notify(state, { template: 'standard-decided', to, args: { outcome }, text })];
}
