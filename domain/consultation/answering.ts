import { STAFF } from '../actor';
import { cancel, meet, moveDue, notify, openOf } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { isRefusal, refuse, type Context, type Refusal, type Slice } from '../family';
import type { Instant } from '../instant';
import { openNext, setClock } from '../slices/clocks';
import { receiveAbout } from '../slices/intake';
import { closeWhenKept } from '../slices/kept-last';
import { takeIfFree, takenBy } from '../slices/ownership';
import { makePromises, type NewPromise } from '../slices/promises';
import { enter, onlyIn, type Stages } from '../slices/stage';
import { CONSULTATION_CLOCKS } from './policy';
import type { ConsultationOpening, ConsultationState } from './state';

declare module '../event' {
  interface EventData {
    answered: { readonly text: TextRef };
    'answer-promised': { readonly dueAt: Instant; readonly note: TextRef | null };
  }
  interface CommandData {
    answer: { readonly text: TextRef; readonly promises: readonly NewPromise[] };
    /** Not now, but at a time that the asker is told (K13). */
    'promise-answer': { readonly dueAt: Instant; readonly note: TextRef | null };
  }
}

/** In `feedback` the departments that were asked have said what they know. */
export const STAGES: Stages = { handling: ['received'], working: ['received'] };
export const ANSWERED = 'answered';
const UNANSWERED: readonly string[] = [...STAGES.handling, 'feedback'];

/** From the question to its answer. */
export const answering: Slice<ConsultationState> = {
  commands: {
    answer: {
      roles: STAFF,
      guard: (state) => onlyIn(state, UNANSWERED),
      decide: (state, { text, promises }, context) => {
        const made = makePromises(state, promises, context.at);
        return isRefusal(made) ? made : [...takeIfFree(state, context), ...made, draft('answered', { text })];
      },
    },
    'promise-answer': {
      roles: STAFF,
      guard: (state) => onlyIn(state, UNANSWERED),
      decide: (state, { dueAt, note }, context) => {
        if (dueAt <= context.at) return refuse('instant-not-ahead', { field: 'dueAt', instant: dueAt });
        const before = openOf(state, 'promised-answer')[0];
        if (before && context.at > before.dueAt) {
          return refuse('promise-already-broken', { promise: before.id, dueAt: before.dueAt });
        }
        return [...takeIfFree(state, context), draft('answer-promised', { dueAt, note })];
      },
    },
  },
  react: {
    received: (_event, state, context) => [
      ...takeIfFree(state, context),
      ...enter(state, 'received', 'us'),
      notify(state, { template: 'case-received', to: { kind: 'role', role: 'customer_service', department: null } }),
    ],
    'answer-promised': ({ data }, state, context) => [
      ...meet(state, 'answer', context),
      ...promised(state, data.dueAt, context),
      notify(state, {
        template: 'answer-promised',
        to: { kind: 'resident' },
        args: { dueAt: data.dueAt },
        text: data.note,
      }),
    ],
    answered: ({ data }, state, context) => [
      ...['answer', 'promised-answer'].flatMap((kind) => meet(state, kind, context)),
      ...cancel(openOf(state, 'part'), 'answered'),
      ...(state.stage === 'feedback' ? [] : [draft('resolved', {})]),
      ...enter(state, ANSWERED, 'working'),
      notify(state, { template: 'question-answered', to: { kind: 'resident' }, text: data.text }),
      ...closeWhenKept(state, 'satisfied'),
    ],
    reopened: (_event, state, context) => [...enter(state, 'received', 'us'), ...setClocks(state, context)],
  },
};

export function openConsultation(
  state: ConsultationState,
  opening: ConsultationOpening,
  context: Context,
): Draft[] | Refusal {
  const received = receiveAbout(state, opening, state.policy.subjects);
  return isRefusal(received) ? received : [received, ...setClocks(takenBy(state, context), context)];
}

function setClocks(state: ConsultationState, context: Context): Draft[] {
  const { all } = state.policy.clocks;
  return CONSULTATION_CLOCKS.flatMap((kind) => setClock(state, { kind, rule: all[kind] }, context));
}

/** A promise can be moved while it is not broken; each break counts. */
function promised(state: ConsultationState, dueAt: Instant, context: Context): Draft[] {
  const running = openOf(state, 'promised-answer');
  const { rule } = state.policy.promised;
  if (running.length === 0) {
    return openNext(state, { kind: 'promised-answer', rule, start: context.at, dueAt }, context);
  }
  return running.flatMap((obligation) => moveDue(state, obligation, dueAt, 'promise-moved', context));
}
