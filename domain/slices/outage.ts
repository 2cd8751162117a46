import { STAFF } from '../actor';
import { cancel, meet, notify, open, openOf } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Slice } from '../family';
import type { CaseState, Outage } from '../state';
import { onlyIn, type Stages } from './stage';

declare module '../event' {
  interface EventData {
    'outage-confirmed': { readonly text: TextRef };
    'outage-round-opened': { readonly round: number };
    'outage-updated': { readonly text: TextRef };
    'outage-restored': { readonly text: TextRef | null };
  }
  interface CommandData {
    'confirm-outage': { readonly text: TextRef };
    'outage-update': { readonly text: TextRef };
    restore: { readonly text: TextRef | null };
  }
}

/**
 * Updates during an outage (CMP-057): one in every 60 minutes from its confirmation until it is restored, on a fixed
 * grid. A missed hour is missed, not skipped; only the newest is still owed.
 */
export const outage = ({ handling }: Stages): Slice => ({
  commands: {
    'confirm-outage': {
      roles: STAFF,
      guard: (state) =>
        onlyIn(state, handling) ?? (running(state, handling) ? refuse('outage-running', { stage: state.stage }) : null),
      decide: (_state, { text }) => [draft('outage-confirmed', { text })],
    },
    'outage-update': {
      roles: STAFF,
      guard: (state) => onlyRunning(state, handling),
      decide: (_state, { text }) => [draft('outage-updated', { text })],
    },
    restore: {
      roles: STAFF,
      field: true,
      guard: (state) => onlyRunning(state, handling),
      decide: (_state, { text }, _context, occurredAt) => [draft('outage-restored', { text }, occurredAt)],
    },
  },
  evolve: {
    'outage-confirmed': (state, { at }) => ({
      ...state,
      outage: { confirmedAt: at, rounds: 0, lastUpdateAt: null, restoredAt: null },
    }),
    'outage-round-opened': (state, { data }) => edit(state, { rounds: data.round }),
    'outage-updated': (state, { at }) => edit(state, { lastUpdateAt: at }),
    'outage-restored': (state, { at }) => edit(state, { restoredAt: at }),
  },
  react: {
    'outage-confirmed': ({ data }, state, context) => [
      ...openRound(state, handling, context),
      notify(state, { template: 'outage-confirmed', to: { kind: 'resident' }, text: data.text }),
    ],
    'outage-updated': ({ data }, state, context) => [
      ...meet(state, 'outage-update', context),
      notify(state, { template: 'outage-updated', to: { kind: 'resident' }, text: data.text }),
    ],
    'outage-restored': ({ data }, state, context) => [
      ...meet(state, 'outage-update', context),
      notify(state, { template: 'outage-restored', to: { kind: 'resident' }, text: data.text }),
    ],
    resolved: (_event, state) => cancel(openOf(state, 'outage-update'), 'resolved'),
    'obligation-missed': ({ data }, state) =>
      state.obligations[data.obligation]?.kind === 'outage-update' ? supersedeOlder(state, data.obligation) : [],
  },
  moments: (state) => {
    const now = running(state, handling);
    return now ? [{ at: now.confirmedAt + now.rounds * every(state), purpose: 'outage-round' }] : [];
  },
  wake: {
    'outage-round': (state, _moment, context) => openRound(state, handling, context),
  },
});

function openRound(state: CaseState, handling: readonly string[], context: Context): Draft[] {
  const now = running(state, handling);
  if (!now) return [];
  const round = now.rounds + 1;
  const start = now.confirmedAt + now.rounds * every(state);
  // The confirmation's instant names the outage: a case can have a second one.
  const key = `${now.confirmedAt}:${round}`;
  const { rule } = state.policy.outageUpdate;
  return [
    draft('outage-round-opened', { round }),
    ...open(state, { kind: 'outage-update', key, rule, start, dueAt: start + rule.limit, windowFrom: start }, context),
  ];
}

function supersedeOlder(state: CaseState, newest: string): Draft[] {
  const older = openOf(state, 'outage-update').filter((o) => o.overdue && o.id !== newest);
  return cancel(older, 'superseded');
}

function running(state: CaseState, handling: readonly string[]): Outage | null {
  const going = state.outage !== null && state.outage.restoredAt === null && handling.includes(state.stage);
  return going ? state.outage : null;
}

function onlyRunning(state: CaseState, handling: readonly string[]) {
  return running(state, handling) ? null : refuse('no-outage', { stage: state.stage });
}

function every(state: CaseState): number {
  return state.policy.outageUpdate.rule.limit;
}

function edit(state: CaseState, change: Partial<Outage>): CaseState {
  return state.outage ? { ...state, outage: { ...state.outage, ...change } } : state;
}
