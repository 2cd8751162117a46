import fc from 'fast-check';
import { standardRevision } from '../../../domain/standard-revision';
import { openOf } from '../../../domain/book';
import type { RevisionOpening, RevisionState } from '../../../domain/standard-revision/state';
import { HOUR } from '../../../domain/instant';
import { must } from '../invariants';
import { engineProperties } from '../properties';
import { HEAD, MANAGER, sh, text } from '../support';
import { BEGINS, SHARED_BODIES, ZONES, pick, type Model } from '../walk';
import { RevisionPlay, type RevisionOptions } from './support';

const openings: fc.Arbitrary<RevisionOptions> = fc
  .record({
    begin: fc.constantFrom(...BEGINS),
    zone: fc.constantFrom(...ZONES),
    late: fc.constantFrom(0, 0, 50 * HOUR),
    byHead: fc.boolean(),
    rootCase: fc.constantFrom(null, 'R-0'),
  })
  .map(({ begin, zone, late, byHead, rootCase }) => ({
    at: sh(begin),
    zone,
    reportedAt: sh(begin) - late,
    ...(byHead ? { by: HEAD } : {}),
    record: { rootCase },
  }));

const cadence = { kind: 'fixed', times: 2, per: 'week' } as const;
const proposal = { text: text('t'), duty: 'lift_inspection', cadence };

const REVISIONS: Model<RevisionState, RevisionOpening, RevisionOptions> = {
  family: standardRevision,
  openings,
  startOf: (options, far) => {
    const play = new RevisionPlay(options);
    if (far > 0) play.do('propose-standard', proposal, { by: HEAD });
    if (far > 1) play.do('approve-standard', { note: null }, { by: MANAGER });
    return play;
  },
  bodies: {
    ...SHARED_BODIES,
    'propose-standard': (_state, _now, dice) => ({ ...proposal, duty: pick(dice, ['lift_inspection', 'pipes', 'x']) }),
    'approve-standard': () => ({ note: null }),
    'reject-standard': () => ({ reason: text('r') }),
  },
  weight: { 'propose-standard': 4, 'approve-standard': 2, 'reject-standard': 3, reopen: 3, withdraw: 0.3 },
  rules: {
    'cadence-revised': ({ by, data }, before) => {
      must(before.stage === 'proposed', 'revised by a decision', before);
      must(before.proposal?.duty === data.duty && before.proposal.by !== by.id, 'of what another proposed', data);
    },
    closed: (event, before) => must(before.stage === 'proposed', 'closed by a decision', event),
  },
  check: (state) => {
    const owed = [openOf(state, 'propose').length, openOf(state, 'approve').length];
    const wanted = { received: [1, 0], proposed: [0, 1] }[state.stage] ?? [0, 0];
    must(owed.join() === wanted.join(), 'one of both is owed until it is decided', [state.stage, owed]);
  },
  everywhere: ['closed', 'reopened', 'standard-rejected', 'cadence-revised', 'wake-gap', 'ladder-exhausted'],
};

describe('a standard revision', () => {
  engineProperties(REVISIONS, 2);
});
