import fc from 'fast-check';
import { consultation } from '../../../domain/consultation';
import type { ConsultationOpening, ConsultationState } from '../../../domain/consultation/state';
import { HOUR } from '../../../domain/instant';
import { must } from '../invariants';
import { engineProperties } from '../properties';
import { RESIDENT, sh, text } from '../support';
import { BEGINS, SHARED_BODIES, ZONES, ahead, type Model } from '../walk';
import { ConsultationPlay, type ConsultationOptions } from './support';

const openings: fc.Arbitrary<ConsultationOptions> = fc
  .record({
    begin: fc.constantFrom(...BEGINS),
    zone: fc.constantFrom(...ZONES),
    late: fc.constantFrom(0, 0, 3 * HOUR),
    byItself: fc.boolean(),
    rootCase: fc.constantFrom(null, null, 'C-0'),
  })
  .map(({ begin, zone, late, byItself, rootCase }) => ({
    at: sh(begin),
    zone,
    reportedAt: sh(begin) - late,
    ...(byItself ? { by: RESIDENT } : {}),
    record: { rootCase },
  }));

const CONSULTATIONS: Model<ConsultationState, ConsultationOpening, ConsultationOptions> = {
  family: consultation,
  openings,
  startOf: (options, far) => {
    const play = new ConsultationPlay(options);
    if (far > 0) play.do('answer', { text: text('a'), promises: [] });
    return play;
  },
  bodies: {
    ...SHARED_BODIES,
    answer: (_state, now, dice) => ({
      text: text('a'),
      promises: dice() < 0.5 ? [] : [{ text: text('p'), dueAt: ahead(now, dice) }],
    }),
    'promise-answer': (_state, now, dice) => ({ dueAt: ahead(now, dice), note: null }),
  },
  weight: { answer: 2, 'keep-promise': 3, reopen: 3, withdraw: 0.3 },
  rules: {
    answered: (_event, before) => must(before.closedAt === null, 'answered while it is open', before),
    closed: (_event, before) => must(before.stage === 'answered', 'closed by its answer', before),
  },
  check: ({ stage, obligations }) => {
    const owed = Object.values(obligations).filter(
      ({ kind, state }) => state === 'open' && (kind === 'answer' || kind === 'promised-answer'),
    );
    const unanswered = stage === 'received' || stage === 'feedback';
    must(owed.length === (unanswered ? 1 : 0), 'an answer is owed until there is one', [stage, owed]);
  },
  everywhere: ['closed', 'reopened', 'resolved', 'answer-promised', 'due-moved', 'wake-gap'],
};

describe('a consultation', () => {
  engineProperties(CONSULTATIONS, 1);
});
