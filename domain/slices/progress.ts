import { STAFF } from '../actor';
import { cancel, debtorOf, meet, meetOne, notify, open, openOf } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import type { Slice } from '../family';
import type { Instant } from '../instant';
import type { CaseState } from '../state';
import { addDays, instantOfLocal, localDateOf } from '../zone';
import { onlyIn, type Stages } from './stage';

declare module '../event' {
  interface EventData {
    'progress-recorded': { readonly text: TextRef };
    /** The 16:00 look of one local day: is an update owed by 17:00? */
    'progress-checked': { readonly day: string; readonly owed: boolean };
  }
  interface CommandData {
    progress: { readonly text: TextRef };
  }
}

/**
 * The daily update (CMP-067, policies.md "Both"): owed by 17:00 project time on every local day on which, at 16:00,
 * the case is older than that day or is expected to be finished after that day's 17:00.
 */
export const progress = ({ handling }: Stages): Slice => ({
  commands: {
    progress: {
      roles: STAFF,
      guard: (state) => onlyIn(state, handling),
      decide: (_state, { text }) => [draft('progress-recorded', { text })],
    },
  },
  evolve: {
    'progress-recorded': (state, { at }) => ({ ...state, progress: { ...state.progress, lastAt: at } }),
    'progress-checked': (state, { data }) => ({ ...state, progress: { ...state.progress, checkedDay: data.day } }),
  },
  react: {
    'progress-recorded': ({ data }, state, context) => [
      ...meet(state, 'progress', context),
      notify(state, { template: 'progress-recorded', to: { kind: 'resident' }, text: data.text }),
    ],
    'obligation-opened': ({ data: { obligation } }, state) =>
      obligation.kind === 'progress' ? onOpened(state, obligation.id) : [],
    resolved: (_event, state) => cancel(openOf(state, 'progress'), 'resolved'),
  },
  moments: (state) => {
    if (!handling.includes(state.stage)) return [];
    return [{ at: remindAt(state, nextDay(state)), purpose: 'progress-check' }];
  },
  wake: {
    'progress-check': (state, _moment, context) => {
      const day = nextDay(state);
      const dueAt = instantOfLocal(day, state.policy.progress.dueAt, state.project.zone);
      const older = localDateOf(state.reportedAt, state.project.zone) < day;
      const owed = older || expectedFinish(state, dueAt) > dueAt;
      const checked = draft('progress-checked', { day, owed });
      if (!owed) return [checked];
      return [
        checked,
        // One update at most is owed: the day before stays missed, and is not owed any more.
        ...cancel(openOf(state, 'progress'), 'superseded'),
        ...open(
          state,
          {
            kind: 'progress',
            key: day,
            rule: state.policy.progress.rule,
            start: remindAt(state, day),
            dueAt,
            windowFrom: instantOfLocal(day, '00:00', state.project.zone),
          },
          context,
        ),
      ];
    },
  },
});

/** An update of the same day counts although it came before the reminder; otherwise the reminder goes out. */
function onOpened(state: CaseState, id: string): Draft[] {
  const obligation = state.obligations[id];
  if (!obligation) return [];
  const { lastAt } = state.progress;
  if (
    lastAt !== null &&
    obligation.windowFrom !== null &&
    lastAt >= obligation.windowFrom &&
    lastAt <= obligation.dueAt
  ) {
    return [meetOne(obligation, lastAt)];
  }
  return [notify(state, { template: 'obligation-warned', to: debtorOf(obligation), obligation })];
}

/** Confirmed plan, named measure, else the resolve clock; a case without any of them is expected late. */
function expectedFinish(state: CaseState, dueAt: Instant): Instant {
  return state.plannedFinish ?? openOf(state, 'resolve')[0]?.dueAt ?? dueAt + 1;
}

/** The local day that is looked at next: the day of the report, if the case was in the system before its due time. */
function nextDay(state: CaseState): string {
  const { zone } = state.project;
  const { checkedDay } = state.progress;
  const since = Math.max(state.episodeStart, state.receivedAt);
  const first = localDateOf(since, zone);
  const late =
    since >= instantOfLocal(first, state.policy.progress.dueAt, zone) || state.episodeStart > remindAt(state, first);
  const earliest = late ? addDays(first, 1) : first;
  return checkedDay !== null && checkedDay >= earliest ? addDays(checkedDay, 1) : earliest;
}

function remindAt(state: CaseState, day: string): Instant {
  return instantOfLocal(day, state.policy.progress.remindAt, state.project.zone);
}
