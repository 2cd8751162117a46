import fc from 'fast-check';
import { dispute } from '../../../domain/dispute';
import { PARTIES, type DisputeOpening, type DisputeState } from '../../../domain/dispute/state';
import { STAGES } from '../../../domain/dispute/mediation';
import { HOUR } from '../../../domain/instant';
import { openPromises } from '../../../domain/slices/promises';
import { must } from '../invariants';
import { engineProperties } from '../properties';
import { ENGINEER, RESIDENT, sh, text } from '../support';
import { BEGINS, RULES_OF_CASES, SHARED_BODIES, ZONES, ahead, pick, type Model } from '../walk';
import { DisputePlay, type DisputeOptions } from './support';

const openings: fc.Arbitrary<DisputeOptions> = fc
  .record({
    begin: fc.constantFrom(...BEGINS),
    zone: fc.constantFrom(...ZONES),
    late: fc.constantFrom(0, 0, 3 * HOUR, 50 * HOUR),
    byItself: fc.boolean(),
    rootCase: fc.constantFrom(null, null, 'C-0'),
    rules: RULES_OF_CASES,
  })
  .map(({ begin, zone, late, byItself, rootCase, rules }) => ({
    rules,
    at: sh(begin),
    zone,
    reportedAt: sh(begin) - late,
    ...(byItself ? { by: RESIDENT } : {}),
    record: { rootCase },
  }));

const meeting = { minutes: text('m'), attended: PARTIES, actions: [] };
const DISPUTES: Model<DisputeState, DisputeOpening, DisputeOptions> = {
  family: dispute,
  openings,
  startOf: (options, far) => {
    const play = new DisputePlay(options);
    const lead = [
      () => play.do('record-meeting', meeting),
      () => play.do('settle', { outcome: 'agreed', summary: text('s') }),
      () => play.do('callback', { score: 5, solved: true, conduct: null, comment: null }, { by: RESIDENT }),
    ];
    for (const step of lead.slice(0, far)) step();
    return play;
  },
  bodies: {
    ...SHARED_BODIES,
    extend: (_state, now, dice) => ({ dueAt: ahead(now, dice), reason: text('r') }),
    'arrange-meeting': (_state, now, dice) => ({ meetingAt: ahead(now, dice), place: null }),
    'record-meeting': (_state, now, dice) => ({
      ...meeting,
      attended: PARTIES.filter(() => dice() < 0.9),
      actions: [null, ENGINEER.id]
        .filter(() => dice() < 0.3)
        .map((keeper) => ({ text: text('a'), dueAt: ahead(now, dice), keeper })),
    }),
    settle: (_state, _now, dice) => ({ outcome: pick(dice, ['agreed', 'failed'] as const), summary: text('s') }),
  },
  weight: {
    'record-meeting': 3,
    settle: 5,
    callback: 6,
    'callback-attempt': 4,
    'keep-promise': 4,
    'release-promise': 2,
    reopen: 3,
    'close-unsatisfied': 0.5,
    withdraw: 0.3,
  },
  rules: {
    'dispute-settled': ({ data }, before) => {
      must(before.meetings > 0 && openPromises(before).length === 0, 'settled after a meeting, nothing owed', before);
      must(data.outcome === 'failed' || before.met, 'agreed on by three', before);
    },
    closed: (event, before) => must(before.stage === 'callback', 'closed after the callback', event),
  },
  check: ({ stage, obligations, met }) => {
    if (!STAGES.handling.includes(stage)) return;
    const owed = Object.values(obligations).filter(({ kind, state }) => kind === 'meeting' && state === 'open');
    must(owed.length === (met ? 0 : 1), 'the meeting is owed until all have met', [stage, owed]);
  },
  everywhere: [
    ...['closed', 'reopened', 'resolved', 'paused', 'due-moved', 'wake-gap', 'callback-answered', 'promise-released'],
  ],
};

describe('a dispute', () => {
  engineProperties(DISPUTES, 3);
});
