import { FRONT_DESK, STAFF } from '../actor';
import { cancel, meetAll, moveDue, notify, open, openOf, owedBy } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Refusal, type Slice } from '../family';
import type { Instant } from '../instant';
import type { OwedBy } from '../obligation';
import type { CaseState, Commitment } from '../state';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    'promise-made': {
      readonly promise: string;
      readonly text: TextRef;
      readonly dueAt: Instant;
      /** Staff id of who keeps it; left out where the policy says who. */
      readonly keeper?: string;
    };
    'promise-kept': { readonly promise: string; readonly note: TextRef | null };
    'promise-moved': { readonly promise: string; readonly dueAt: Instant; readonly reason: TextRef };
    'promise-released': { readonly promise: string; readonly reason: TextRef };
  }
  interface CommandData {
    promise: { readonly text: TextRef; readonly dueAt: Instant };
    'keep-promise': { readonly promise: string; readonly note: TextRef | null };
    'move-promise': { readonly promise: string; readonly dueAt: Instant; readonly reason: TextRef };
    'release-promise': { readonly promise: string; readonly reason: TextRef };
  }
}

/** What was promised to the resident (CMP-090, "within 3 days we publish …") is a clock of the case. */
export const promises: Slice = {
  commands: {
    promise: {
      roles: STAFF,
      guard: (state) => notClosed(state),
      decide: (state, { text, dueAt }, { at }) => makePromises(state, [{ text, dueAt }], at),
    },
    'keep-promise': {
      roles: STAFF,
      guard: (state) => notClosed(state) ?? anyOpen(state),
      decide: (state, { promise, note }) => {
        const found = state.promises[promise];
        if (found?.state !== 'open') return unknown(state, promise);
        return [draft('promise-kept', { promise, note })];
      },
    },
    'move-promise': {
      roles: FRONT_DESK,
      guard: (state) => notClosed(state) ?? anyOpen(state),
      decide: (state, { promise, dueAt, reason }, { at }) => {
        const found = state.promises[promise];
        if (found?.state !== 'open') return unknown(state, promise);
        if (at > found.dueAt) return refuse('promise-already-broken', { promise, dueAt: found.dueAt });
        if (dueAt <= at) return refuse('instant-not-ahead', { field: 'dueAt', instant: dueAt });
        return [draft('promise-moved', { promise, dueAt, reason })];
      },
    },
  },
  evolve: {
    'promise-made': (state, { data }) => set(state, { id: data.promise, dueAt: data.dueAt, state: 'open' }),
    'promise-kept': (state, { data }) => change(state, data.promise, { state: 'kept' }),
    'promise-moved': (state, { data }) => change(state, data.promise, { dueAt: data.dueAt }),
    withdrawn: (state) => openPromises(state).reduce((next, id) => change(next, id, { state: 'cancelled' }), state),
  },
  react: {
    'promise-made': ({ data, at }, state, context) => {
      const { rule } = state.policy.promise;
      return [
        ...open(
          state,
          { kind: 'promise', key: data.promise, rule, start: at, dueAt: data.dueAt, owedBy: keeperOf(state, data) },
          context,
        ),
        notify(state, {
          template: 'promise-made',
          to: { kind: 'resident' },
          text: data.text,
          args: { dueAt: data.dueAt },
        }),
      ];
    },
    'promise-kept': ({ data, at }, state) => {
      const obligation = clockOf(state, data.promise);
      return obligation ? meetAll(state, [obligation], at) : [];
    },
    'promise-moved': ({ data }, state, context) => {
      const obligation = clockOf(state, data.promise);
      if (!obligation) return [];
      return [
        ...moveDue(state, obligation, data.dueAt, 'promise-moved', context),
        notify(state, {
          template: 'promise-moved',
          to: { kind: 'resident' },
          text: data.reason,
          args: { dueAt: data.dueAt },
        }),
      ];
    },
  },
};

/** What was agreed on needs not be done any more. For families that take it: what a resident was promised stays. */
export const releasing: Slice = {
  commands: {
    'release-promise': {
      roles: FRONT_DESK,
      guard: (state) => notClosed(state) ?? anyOpen(state),
      decide: (state, { promise, reason }) =>
        state.promises[promise]?.state === 'open'
          ? [draft('promise-released', { promise, reason })]
          : unknown(state, promise),
    },
  },
  evolve: {
    'promise-released': (state, { data }) => change(state, data.promise, { state: 'cancelled' }),
  },
  react: {
    'promise-released': ({ data }, state) => {
      const obligation = clockOf(state, data.promise);
      return obligation ? cancel([obligation], 'released') : [];
    },
  },
};

export interface NewPromise {
  readonly text: TextRef;
  readonly dueAt: Instant;
  /** Staff id; null or left out: whoever the policy says. */
  readonly keeper?: string | null;
}

/** Numbered `p1`, `p2` … through the whole case. */
export function makePromises(state: CaseState, made: readonly NewPromise[], at: Instant): Draft[] | Refusal {
  const past = made.find((promise) => promise.dueAt <= at);
  if (past) return refuse('instant-not-ahead', { field: 'dueAt', instant: past.dueAt });
  const count = Object.keys(state.promises).length;
  return made.map(({ text, dueAt, keeper }, index) =>
    draft('promise-made', { promise: `p${count + index + 1}`, text, dueAt, ...(keeper ? { keeper } : {}) }),
  );
}

/** A keeper of its own owes it whoever owns the case. */
function keeperOf(state: CaseState, { keeper }: { readonly keeper?: string }): OwedBy | undefined {
  if (keeper === undefined) return undefined;
  return { ...owedBy(state, state.policy.promise.rule.owedBy), as: 'role', person: keeper };
}

/** A promise outlives the episode it was made in. */
function clockOf(state: CaseState, promise: string) {
  return openOf(state, 'promise').find(({ id }) => id.split('@')[0] === `promise:${promise}`);
}

export function openPromises(state: CaseState): string[] {
  return Object.values(state.promises)
    .filter((promise) => promise.state === 'open')
    .map((promise) => promise.id);
}

function anyOpen(state: CaseState): Refusal | null {
  return openPromises(state).length > 0 ? null : refuse('no-open-promise', { stage: state.stage });
}

function unknown(state: CaseState, promise: string): Refusal {
  return refuse('promise-unknown', { promise, allowed: openPromises(state) });
}

function set(state: CaseState, promise: Commitment): CaseState {
  return { ...state, promises: { ...state.promises, [promise.id]: promise } };
}

function change(state: CaseState, id: string, to: Partial<Commitment>): CaseState {
  const promise = state.promises[id];
  return promise ? set(state, { ...promise, ...to }) : state;
}
