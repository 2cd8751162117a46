import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { PARTIES } from '../../domain/dispute/state';
import type { Opening } from '../../domain/event';
import { consultationOpening } from '../domain/consultation/support';
import { disputeOpening } from '../domain/dispute/support';
import { revisionOpening } from '../domain/standard-revision/support';
import { THIRD_FAULT } from './repairs';
import { ENGINEER, HEAD, MANAGER, OTHER_CLERK, RESIDENT, SUPERVISOR, text } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import type { Stage } from './scenarios';

const TO_ENGINEER = { by: ENGINEER };
const PART = { department: 'engineering' };
const GOOD = { score: 5, solved: true, conduct: null, comment: null };

/** Consultations, disputes and standard revisions: each command of theirs, and those they share. */
export const SMALL_FAMILIES: Readonly<Record<string, (stage: Stage) => Promise<TestCase<Opening>>>> = {
  /** A time is promised and broken, a department is asked, the answer promises something; reopened and answered. */
  'consultation-promised': async ({ world, at }) => {
    const played = await world.startOf('consultationWorkflow', (own) =>
      consultationOpening({ ...own('Q'), at, subtype: 'fee_explanation', by: RESIDENT }),
    );
    await world.until(at + 50 * MINUTE);
    await played.do('promise-answer', { dueAt: at + 3 * HOUR, note: null });
    await played.do('assign-department', { ...PART, task: null });
    await played.do('accept-part', PART, TO_ENGINEER);
    await played.do('complete-part', { ...PART, result: text('r') }, TO_ENGINEER);
    await played.do('start-complaint', { note: null });
    await world.until(at + 4 * HOUR);
    await played.do('answer', { text: text('a'), promises: [{ text: text('a list'), dueAt: at + DAY }] });
    await played.do('keep-promise', { promise: 'p1', note: null });
    await played.do('reopen', { reason: text('r') }, { by: RESIDENT });
    await played.do('answer', { text: text('a'), promises: [] });
    return played;
  },

  /** Arranged, met twice, paused, agreed on with actions that are kept and released, extended, called back, closed. */
  'dispute-mediated': async ({ world, at }) => {
    const played = await world.startOf('disputeWorkflow', (own) =>
      disputeOpening({ ...own('M'), at, subtype: 'neighbour_dispute', otherParty: text('upstairs') }),
    );
    await played.do('arrange-meeting', { meetingAt: at + 5 * HOUR, place: text('hall') });
    await played.do('pause', { reason: 'waiting-for-outside', until: at + 2 * HOUR, note: null });
    await world.until(at + 3 * HOUR);
    await played.do('record-meeting', { minutes: text('m'), attended: ['resident', 'property'], actions: [] });
    await played.refused('settle', { outcome: 'agreed', summary: text('s') });
    const action = { text: text('a mat'), dueAt: at + DAY };
    const actions = [{ ...action, keeper: ENGINEER.id }, action];
    await played.do('record-meeting', { minutes: text('m'), attended: PARTIES, actions });
    await played.do('extend', { dueAt: at + 5 * DAY, reason: text('r') }, { by: MANAGER });
    await world.until(at + 32 * HOUR);
    await played.do('progress', { text: text('t') });
    await played.do('keep-promise', { promise: 'p1', note: null }, TO_ENGINEER);
    await played.do('release-promise', { promise: 'p2', reason: text('r') });
    await played.do('settle', { outcome: 'agreed', summary: text('s') });
    await played.do('callback', { ...GOOD, score: 1 }, { by: RESIDENT });
    await played.do('record-meeting', { minutes: text('m'), attended: ['property'], actions: [] });
    await played.do('settle', { outcome: 'failed', summary: text('s') }, { by: SUPERVISOR });
    await played.do('callback', GOOD, { by: RESIDENT });
    return played;
  },

  /** Found by a repair, proposed, rejected, proposed too late and approved; taken up again by a manager. */
  'standard-revised': async ({ world, at }) => {
    const played = await world.startOf('standardRevisionWorkflow', (own) =>
      revisionOpening({ ...own('S'), at, record: { rootCase: null } }),
    );
    const cadence = { kind: 'fixed', times: 2, per: 'week' } as const;
    const proposal = { text: text('t'), duty: 'lift_inspection', cadence };
    await played.do('propose-standard', proposal, { by: HEAD });
    await played.refused('approve-standard', { note: null }, { by: HEAD });
    await played.do('reject-standard', { reason: text('r') }, { by: MANAGER });
    await world.until(at + 7 * DAY + HOUR);
    await played.do('propose-standard', { ...proposal, cadence: { kind: 'floating', days: 10 } }, { by: HEAD });
    await played.do('approve-standard', { note: null }, { by: MANAGER });
    await played.do('reopen', { reason: text('r') }, { by: MANAGER });
    await played.do('withdraw', { reason: text('r') }, { by: MANAGER });
    return played;
  },

  /** The third fault of a month is a finding. */
  'repair-makes-a-finding': async ({ world, at }) => {
    const played = await world.startRepair({ at, subtype: 'lift_fault', record: { asset: THIRD_FAULT } });
    await world.until(at + MINUTE);
    return played;
  },

  /** A complaint that is between two neighbours. */
  'complaint-starts-a-dispute': async ({ world, at }) => {
    const played = await world.start({ at, subtype: 'neighbour_dispute' });
    await played.do('start-dispute', { note: null }, { by: OTHER_CLERK });
    await world.until(at + MINUTE);
    return played;
  },
};
