import { FRONT_DESK, STAFF } from '../actor';
import { notify } from '../book';
import { draft, type CommandName, type Draft, type EffectOf, type TextRef } from '../event';
import { refuse, type CommandRule, type Slice } from '../family';
import type { CaseState, Links } from '../state';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    'case-requested': { readonly family: string; readonly subtype: string | null; readonly note: TextRef | null };
    'case-linked': { readonly no: string; readonly family: string };
    'child-told': { readonly no: string; readonly outcome: ChildOutcome };
  }
  interface CommandData {
    /** Another case is started from this one; it outlives it, and each knows the other. */
    'start-repair': { readonly subtype: string; readonly asset: string | null; readonly note: TextRef | null };
    'start-complaint': { readonly note: TextRef | null };
    'start-dispute': { readonly note: TextRef | null };
    /** By the system: the case that was started. */
    'link-case': { readonly no: string; readonly family: string };
    /** By the system: what became of a case that this one started. */
    'tell-child': { readonly no: string; readonly outcome: ChildOutcome };
  }
  interface EffectData {
    /** A case of another family, with the report of this one. It gets the same number however often it is asked for. */
    'start-case': {
      readonly family: string;
      /** null: whoever has the new case finds out. */
      readonly subtype: string | null;
      readonly asset: string | null;
      readonly note: TextRef | null;
    };
    /** A command of the system to another case. */
    'tell-case': { readonly no: string; readonly command: CommandName; readonly data: CommandData[CommandName] };
  }
}

export type ChildOutcome = 'resolved' | 'reopened' | 'withdrawn' | 'closed';

/** Cases that belong together. What a child's end means to its parent is the family's own (`child-told`). */
export const links: Slice = {
  commands: {
    'start-repair': {
      roles: STAFF,
      guard: (state) => notClosed(state),
      decide: (_state, { subtype, asset, note }) => request({ family: 'repair', subtype, asset, note }),
    },
    'link-case': {
      roles: ['system'],
      guard: () => null,
      decide: (state, { no, family }) =>
        state.links.children[no] ? refuse('already-linked', { no }) : [draft('case-linked', { no, family })],
    },
    'tell-child': {
      roles: ['system'],
      guard: () => null,
      decide: (state, { no, outcome }) =>
        state.links.children[no] ? [draft('child-told', { no, outcome })] : refuse('not-linked', { no }),
    },
  },
  evolve: {
    'case-linked': (state, { data }) => setChild(state, data.no, { family: data.family, state: 'open' }),
    'child-told': (state, { data }) => {
      const child = state.links.children[data.no];
      return child ? setChild(state, data.no, { ...child, state: STATE_AFTER[data.outcome] }) : state;
    },
  },
  react: {
    'child-told': ({ data }, state) =>
      data.outcome === 'withdrawn' && state.owner !== null
        ? [
            notify(state, {
              template: 'child-withdrawn',
              to: { kind: 'person', id: state.owner },
              args: { child: data.no },
            }),
          ]
        : [],
    resolved: (_event, state) => tellParent(state, 'resolved'),
    reopened: (_event, state) => tellParent(state, 'reopened'),
    withdrawn: (_event, state) => tellParent(state, 'withdrawn'),
    closed: (_event, state) => tellParent(state, 'closed'),
  },
};

/** What was asked is really a complaint; it is classified as any other. */
export const startsComplaint: Slice = { commands: { 'start-complaint': starting('complaint') } };
/** What is complained of is between two parties. */
export const startsDispute: Slice = { commands: { 'start-dispute': starting('dispute') } };

function starting(family: string): CommandRule<CaseState, 'start-complaint' | 'start-dispute'> {
  return {
    roles: FRONT_DESK,
    guard: (state) => notClosed(state),
    decide: (_state, { note }) => request({ family, subtype: null, asset: null, note }),
  };
}

function request(wanted: Omit<EffectOf<'start-case'>, 'kind'>): Draft[] {
  const { family, subtype, note } = wanted;
  return [
    draft('case-requested', { family, subtype, note }),
    draft('effect-requested', { effect: { kind: 'start-case', ...wanted } }),
  ];
}

const STATE_AFTER = { resolved: 'resolved', reopened: 'open', withdrawn: 'gone', closed: 'resolved' } as const;

function tellParent(state: CaseState, outcome: ChildOutcome): Draft[] {
  const { parent } = state.links;
  if (parent === null) return [];
  const effect = { kind: 'tell-case', no: parent, command: 'tell-child', data: { no: state.no, outcome } } as const;
  return [draft('effect-requested', { effect })];
}

/** No case of the family that this one started is still at work. */
export function childrenDone(state: CaseState, family: string): boolean {
  return Object.values(state.links.children).every((child) => child.family !== family || child.state !== 'open');
}

function setChild(state: CaseState, no: string, child: Links['children'][string]): CaseState {
  return { ...state, links: { ...state.links, children: { ...state.links.children, [no]: child } } };
}
