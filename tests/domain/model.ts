import fc from 'fast-check';
import { complaint } from '../../domain/complaint';
import { STAGES } from '../../domain/complaint/stages';
import type { ComplaintOpening, ComplaintState } from '../../domain/complaint/state';
import { openObligations } from '../../domain/book';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { CLOSED_STAGES } from '../../domain/slices/stage';
import { must } from './invariants';
import {
  BODY,
  IMPORTANT,
  MANAGER,
  NOISE,
  Play,
  RESIDENT,
  ROUTINE,
  UNCLASSIFIED,
  URGENT,
  sh,
  text,
  workDone,
} from './support';
import type { OpenOptions } from './support';
import { BEGINS, RULES_OF_CASES, SHARED_BODIES, ZONES, ahead, pick, type Bodies, type Dice, type Model } from './walk';

const KINDS = [URGENT, IMPORTANT, NOISE, ROUTINE, UNCLASSIFIED, { subtype: 'parking_shortage' }];
const openings: fc.Arbitrary<OpenOptions> = fc
  .tuple(
    fc.constantFrom<OpenOptions>(...KINDS),
    fc.constantFrom(...BEGINS),
    fc.constantFrom(...ZONES),
    fc.constantFrom(0, 0, 20 * MINUTE, 3 * HOUR, 50 * HOUR),
    fc.boolean(),
    RULES_OF_CASES,
  )
  .map(([kind, begin, zone, late, byItself, rules]) => ({
    ...kind,
    rules,
    at: sh(begin),
    zone,
    reportedAt: sh(begin) - late,
    ...(byItself ? { by: RESIDENT } : {}),
  }));

function startOf(options: OpenOptions, far: number): Play {
  const play = new Play(options);
  const lead = [
    () => {
      if (play.state.priority !== null) return;
      play.do('classify', { subtype: 'noise', type: null, priority: null, departments: null });
    },
    () => {
      if (play.state.priority !== 'important') return;
      play.do('survey', BODY.survey);
      play.do('propose-plan', BODY.plan(play.now + DAY));
    },
    () => {
      if (play.state.awaiting === 'plan') play.do('owner-answer', BODY.accept);
      workDone(play);
    },
    () => play.do('feed-back', BODY.feedBack),
    () => {
      play.do('owner-answer', BODY.accept, { by: RESIDENT });
      if (play.open().includes('test-result')) play.do('record-test-result', BODY.test);
      play.do('close', BODY.close, { by: MANAGER });
    },
  ];
  for (const step of lead.slice(0, far)) step();
  return play;
}

const DEPARTMENTS = ['customer_service', 'engineering', 'security', 'finance', 'gardening'];
const SUBTYPES = ['power_cut', 'lift', 'noise', 'lighting', 'parking_shortage', 'property_fee', 'dog'];

const department = (state: ComplaintState, dice: Dice) =>
  pick(dice, [...Object.keys(state.parts), ...Object.keys(state.parts), pick(dice, DEPARTMENTS)]);
const graded = (dice: Dice) => ({
  subtype: pick(dice, SUBTYPES),
  type: dice() < 0.2 ? 'other' : null,
  priority: pick(dice, [null, null, null, 'urgent', 'important', 'routine'] as const),
  departments: dice() < 0.3 ? [pick(dice, DEPARTMENTS), 'security'] : null,
});
const BODIES: Bodies<ComplaintState> = {
  ...SHARED_BODIES,
  acknowledge: () => BODY.acknowledge,
  survey: () => BODY.survey,
  'propose-plan': (_state, now, dice) => BODY.plan(ahead(now, dice)),
  'set-measure': (_state, now, dice) => BODY.measure(ahead(now, dice)),
  'record-test-result': () => BODY.test,
  classify: (_state, _now, dice) => graded(dice),
  reclassify: (_state, _now, dice) => ({ ...graded(dice), reason: text('r') }),
  'owner-answer': (state, _now, dice) => ({
    accepted: dice() < 0.7,
    score: state.awaiting === 'result' && dice() < 0.5 ? 1 + Math.floor(dice() * 5) : null,
    comment: null,
  }),
  'decide-for-owner': (_state, _now, dice) => ({ accepted: dice() < 0.7, reason: text('r') }),
  'assign-department': (_state, _now, dice) => ({ department: pick(dice, DEPARTMENTS), task: null }),
  'accept-part': (state, _now, dice) => ({ department: department(state, dice) }),
  'block-part': (state, _now, dice) => ({ department: department(state, dice), reason: text('r') }),
  'unblock-part': (state, _now, dice) => ({ department: department(state, dice) }),
  'complete-part': (state, _now, dice) => ({ department: department(state, dice), result: text('r') }),
  extend: (_state, now, dice) => ({ dueAt: ahead(now, dice), reason: text('r') }),
  'feed-back': (_state, now, dice) => ({
    ...BODY.feedBack,
    faceToFace: dice() < 0.8,
    promises: dice() < 0.3 ? [{ text: text('p'), dueAt: ahead(now, dice) }] : [],
  }),
  close: () => BODY.close,
};

const WEIGHT = {
  'complete-part': 8,
  'feed-back': 6,
  'owner-answer': 4,
  close: 4,
  'decide-for-owner': 10,
  survey: 3,
  'propose-plan': 3,
  pause: 3,
  reclassify: 3,
  reopen: 3,
  'accept-part': 2,
  'unblock-part': 3,
  'keep-promise': 2,
  'move-promise': 2,
  restore: 2,
  resume: 2,
  extend: 2,
  withdraw: 0.5,
};

function checkComplaint(state: ComplaintState): void {
  const open = openObligations(state);
  const parts = Object.values(state.parts).filter((part) => part.state !== 'cancelled');
  if (STAGES.handling.includes(state.stage) && state.priority !== null) {
    must(
      parts.some((part) => part.state !== 'done'),
      'somebody still has to do it',
      state.parts,
    );
    for (const { department } of parts.filter((part) => part.state !== 'done')) {
      must(
        open.filter((o) => o.kind === 'part' && o.owedBy.department === department).length === 1,
        'each part is owed',
        department,
      );
    }
  }
  const asked = open.some(({ kind }) => kind === 'owner-confirm' || kind === 'owner-decision');
  must(
    asked === (state.awaiting !== null) || CLOSED_STAGES.includes(state.stage),
    'an answer is owed when asked',
    state.awaiting,
  );
}

export const COMPLAINTS: Model<ComplaintState, ComplaintOpening, OpenOptions> = {
  family: complaint,
  openings,
  startOf,
  bodies: BODIES,
  weight: WEIGHT,
  rules: {
    resolved: (event, before) => {
      must(
        Object.values(before.parts).every(({ state }) => state === 'done' || state === 'cancelled'),
        'resolved when all are done',
        event,
      );
    },
    closed: (event, before) => {
      must(before.stage === 'review', 'closed from the review', event);
      must(before.resultAccepted || event.data.reason === 'unsatisfied', 'closed after the answer', event);
    },
  },
  check: checkComplaint,
  everywhere: ['closed', 'reopened', 'resolved', 'paused', 'resumed', 'due-moved', 'ladder-exhausted', 'wake-gap'],
};
