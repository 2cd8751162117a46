import fc from 'fast-check';
import { openOf } from '../../../domain/book';
import { HOUR, MINUTE } from '../../../domain/instant';
import { repair } from '../../../domain/repair';
import { STAGES } from '../../../domain/repair/stages';
import { follows } from '../../../domain/rules';
import type { RepairOpening, RepairState } from '../../../domain/repair/state';
import { must } from '../invariants';
import { EVERYBODY, ENGINEER, RESIDENT, sh, text } from '../support';
import { BEGINS, RULES_OF_CASES, SHARED_BODIES, ZONES, ahead, pick, type Bodies, type Dice, type Model } from '../walk';
import { GOOD, REPAIR_BODY, RepairPlay, completed, type RepairOptions } from './support';

const FAULTS = ['burst_pipe', 'bulb', 'lift_entrapment', 'lift_fault', 'gate', 'cleaning'];
const openings: fc.Arbitrary<RepairOptions> = fc
  .record({
    subtype: fc.constantFrom(...FAULTS),
    begin: fc.constantFrom(...BEGINS),
    zone: fc.constantFrom(...ZONES),
    late: fc.constantFrom(0, 0, 20 * MINUTE, 3 * HOUR, 50 * HOUR),
    byItself: fc.boolean(),
    source: fc.constantFrom('live' as const, 'live' as const, 'alarm' as const),
    careColour: fc.constantFrom(null, null, 'red'),
    repeatOf: fc.constantFrom(null, null, 'R-0'),
    rootCase: fc.constantFrom(null, null, 'C-0'),
    rules: RULES_OF_CASES,
  })
  .map(({ subtype, begin, zone, late, byItself, rules, ...record }) => ({
    subtype,
    rules,
    at: sh(begin),
    zone,
    reportedAt: sh(begin) - late,
    ...(byItself ? { by: RESIDENT } : {}),
    record,
  }));

function startOf(options: RepairOptions, far: number): RepairPlay {
  const play = new RepairPlay(options);
  const lead = [
    () => play.offer(ENGINEER),
    () => play.do('accept', {}, { by: ENGINEER }),
    () => completed(play),
    () => play.do('callback', GOOD, { by: RESIDENT }),
  ];
  for (const step of lead.slice(0, far)) step();
  return play;
}

const somebody = (dice: Dice) => pick(dice, EVERYBODY).id;
const files = (dice: Dice) => (dice() < 0.3 ? ['f1'] : []);

const BODIES: Bodies<RepairState> = {
  ...SHARED_BODIES,
  regrade: (_state, _now, dice) => ({
    subtype: pick(dice, [...FAULTS, 'dog']),
    priority: pick(dice, [null, null, 'urgent', 'routine'] as const),
    reason: text('r'),
  }),
  accept: () => ({}),
  decline: () => ({ reason: null }),
  grab: () => ({}),
  assign: (_state, _now, dice) => ({ to: somebody(dice) }),
  release: () => ({ reason: text('r') }),
  'offer-job': (_state, now, dice) => ({
    person: dice() < 0.2 ? null : somebody(dice),
    because: 'post',
    dutyUntil: pick(dice, [null, now + 5 * HOUR]),
  }),
  'tell-duty': (state, now, dice) => ({
    person: state.job?.assignee ?? somebody(dice),
    dutyUntil: pick(dice, [null, now + 5 * HOUR]),
    successor: pick(dice, [null, somebody(dice)]),
  }),
  'tell-past': (_state, _now, dice) => ({ repeatOf: pick(dice, [null, 'R-0']), inMonth: pick(dice, [1, 3]) }),
  contact: (_state, now, dice) => ({ note: null, eta: pick(dice, [null, ahead(now, dice)]) }),
  depart: (_state, now, dice) => ({ eta: ahead(now, dice) }),
  'move-eta': (_state, now, dice) => ({ eta: ahead(now, dice), reason: text('r') }),
  arrive: () => REPAIR_BODY.arrive,
  survey: (_state, now, dice) => REPAIR_BODY.survey(ahead(now, dice)),
  'propose-plan': (_state, now, dice) => ({ cause: text('c'), plan: text('p'), finishAt: ahead(now, dice) }),
  'add-photos': (_state, _now, dice) => ({ files: files(dice) }),
  'set-photo-consent': (_state, _now, dice) => ({ consent: dice() < 0.5 }),
  complete: (_state, _now, dice) => ({ ...REPAIR_BODY.complete, siteCleared: dice() < 0.9, files: files(dice) }),
};

const WEIGHT = {
  accept: 6,
  arrive: 5,
  survey: 4,
  complete: 8,
  callback: 8,
  'second-callback': 8,
  'callback-attempt': 6,
  reopen: 3,
  pause: 3,
  resume: 2,
  'keep-promise': 3,
  'close-unsatisfied': 0.5,
  withdraw: 0.3,
};

function checkRepair(state: RepairState): void {
  const { job } = state;
  must(job !== null, 'there is a job', state.no);
  if (!job) return;
  must(job.assignee === null || job.offered === null, 'nobody is offered what somebody has', job);
  const offers = openOf(state, 'offer');
  if (!STAGES.handling.includes(state.stage)) return must(offers.length === 0, 'done work is not offered', offers);
  must(offers.length === (job.offered === null ? 0 : 1), 'an offer is answered in time', [job, offers]);
  must(
    offers.every(({ owedBy }) => owedBy.person === job.offered),
    'by whom it was made to',
    [job, offers],
  );
  const without = ['received', 'contacted'];
  must(
    !follows(state, 'a-job-in-other-hands-sets-out-anew') || job.assignee !== null || without.includes(state.stage),
    'nobody is where nobody was sent',
    state.stage,
  );
  const owed = Object.values(state.obligations).filter((o) => o.state === 'open' && o.owedBy.as === 'assignee');
  must(
    owed.every(({ owedBy }) => owedBy.person === job.assignee),
    'what is owed is owed by whoever has the job',
    [job, owed],
  );
  must(job.assignee === null || openOf(state, 'dispatch').length === 0, 'whoever has it was found', job);
}

export const REPAIRS: Model<RepairState, RepairOpening, RepairOptions> = {
  family: repair,
  openings,
  startOf,
  bodies: BODIES,
  weight: WEIGHT,
  rules: {
    offered: (event, { job }) => must(job?.assignee === null && job.offered === null, 'offered to one', event),
    assigned: ({ data, by, via }, { job }) => {
      must(data.from === job?.assignee, 'the former lets go first', [data, job]);
      must(data.how !== 'accepted' || (job?.offered === data.person && by.id === data.person), 'as offered', data);
      must(data.how !== 'grabbed' || job?.offered === null, 'not what is offered to another', data);
      must(via.kind !== 'timer', 'by somebody', data);
    },
    'callback-answered': ({ by }, { callback }) => must(!callback.didWork.includes(by.id), 'by somebody else', by),
    'work-completed': ({ by }, { job }) => must(job?.assignee !== null, 'somebody has it', by),
    closed: (event, before) => must(before.stage === 'callback', 'closed after the callback', event),
  },
  check: checkRepair,
  everywhere: [
    ...['closed', 'reopened', 'resolved', 'paused', 'resumed', 'due-moved', 'wake-gap', 'offered', 'offer-lapsed'],
    ...['offers-exhausted', 'assigned', 'released', 'callback-answered', 'callback-attempted', 'effect-refused'],
  ],
};
