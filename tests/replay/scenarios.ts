import { DAY, HOUR, MINUTE, SECOND } from '../../domain/instant';
import {
  BODY,
  ENGINEER,
  HEAD,
  IMPORTANT,
  MANAGER,
  NOISE,
  OTHER_CLERK,
  POLICY,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  UNCLASSIFIED,
  URGENT,
  text,
} from '../domain/support';
import type { Opening } from '../../domain/event';
import { FIRST_RULES, RULES } from '../../domain/rules';
import { REPAIRS } from './repairs';
import { SMALL_FAMILIES } from './small-families';
import type { TestCase } from '../workflows/support/case';
import { TRIES_AT_ONCE, type MemoryInbox, type MemoryJournal } from '../workflows/support/memory';
import { until } from '../workflows/support/until';
import type { World } from '../workflows/support/world';

/** A world at a Monday, 09:00 in Shanghai. */
export interface Stage {
  readonly world: World;
  readonly journal: MemoryJournal;
  readonly inbox: MemoryInbox;
  readonly at: number;
}

/** What changed with the second version of the rules (domain/rules.ts), under either. */
async function ratedLow({ world, at }: Stage, rules: number): Promise<TestCase<Opening>> {
  const played = await world.start({ ...ROUTINE, at, rules });
  const reason = { reason: text('r') };
  const done = { department: 'engineering', result: text('done') };
  await played.do('complete-part', done, { by: ENGINEER });
  if (rules === FIRST_RULES) {
    await played.do('withdraw', reason, { by: RESIDENT });
    await played.do('reopen', reason, { by: RESIDENT });
    await played.do('complete-part', done, { by: ENGINEER });
  } else {
    await played.refused('withdraw', reason, { by: RESIDENT });
  }
  await played.do('feed-back', BODY.feedBack);
  await played.do('owner-answer', { ...BODY.accept, score: 2 }, { by: RESIDENT });
  await world.until(at + HOUR);
  await played.do('withdraw', reason);
  return played;
}

/** What the golden histories are recorded from: each way through the case loop once, by the name of its file. */
export const SCENARIOS: Readonly<Record<string, (stage: Stage) => Promise<TestCase<Opening>>>> = {
  /** Every rung of a ladder, the daily update, an outage. */
  'urgent-unattended': async ({ world, at }) => {
    const played = await world.start({ ...URGENT, at });
    await world.until(at + 10 * MINUTE);
    await played.do('confirm-outage', { text: text('dark') });
    await world.until(at + 90 * MINUTE);
    await played.do('acknowledge-escalation', { obligation: 'acknowledge' }, { by: HEAD });
    await played.do('restore', { text: null });
    await world.until(at + 8.5 * HOUR);
    return played;
  },

  /** Answered late, worked to the end in a day. */
  'urgent-late-to-closed': async ({ world, at }) => {
    const played = await world.start({ ...URGENT, at });
    await world.until(at + 22 * MINUTE);
    await played.do('acknowledge', BODY.acknowledge);
    await world.until(at + 2 * HOUR);
    await played.do('complete-part', { department: 'engineering', result: text('done') }, { by: ENGINEER });
    await played.do('feed-back', BODY.feedBack);
    await played.do('owner-answer', { ...BODY.accept, score: 5 }, { by: RESIDENT });
    await played.do('close', BODY.close, { by: SUPERVISOR });
    return played;
  },

  /** From the report to the archive, with a reopening; commands refused and repeated. */
  'routine-to-archive': async ({ world, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    for (const again of [false, true]) {
      await played.do('acknowledge', BODY.acknowledge, { id: `a-${again}` });
      await played.do('acknowledge', BODY.acknowledge, { id: `a-${again}` });
      await played.refused('close', BODY.close);
      await played.do('accept-part', { department: 'engineering' }, { by: ENGINEER });
      await played.do('complete-part', { department: 'engineering', result: text('done') }, { by: ENGINEER });
      await played.do('feed-back', { ...BODY.feedBack, promises: [{ text: text('a lamp'), dueAt: at + 40 * DAY }] });
      await played.do('owner-answer', BODY.accept, { by: RESIDENT });
      await played.do('keep-promise', { promise: again ? 'p2' : 'p1', note: null });
      await played.do('close', BODY.close, { by: SUPERVISOR });
      if (!again) await played.do('reopen', { reason: text('again') }, { by: RESIDENT });
    }
    await world.until(at + 31 * DAY);
    return played;
  },

  /** The owner is silent, a manager decides; pause, hand-over, extension. */
  'noise-decided': async ({ world, at }) => {
    const rule = { ...POLICY.ownerConfirm.rule, limit: 4 * HOUR, remind: { every: HOUR, times: 3 } };
    const played = await world.start({ ...NOISE, at, policy: { ...POLICY, ownerConfirm: { rule } } });
    await played.do('pause', BODY.pause(at + 3 * HOUR));
    await played.do('hand-over', { to: OTHER_CLERK.id, reason: text('shift') });
    await world.until(at + 4 * HOUR);
    await played.do('survey', BODY.survey, { by: ENGINEER });
    await played.do('propose-plan', BODY.plan(at + 6 * DAY), { by: ENGINEER });
    await played.do('extend', { dueAt: at + 8 * DAY, reason: text('a pump') }, { by: MANAGER });
    await world.until(at + 8.5 * HOUR);
    await played.do('decide-for-owner', { accepted: false, reason: text('silent') }, { by: MANAGER });
    await played.do('withdraw', { reason: text('settled') });
    return played;
  },

  /** Received without a subtype, then classified, raised and given to several departments. */
  'unclassified-raised': async ({ world, at }) => {
    const played = await world.start({ ...UNCLASSIFIED, at });
    const graded = { type: null, priority: null, departments: null };
    await world.until(at + 16 * MINUTE);
    await played.do('classify', { ...graded, subtype: 'lighting' });
    await played.do('reclassify', { ...graded, subtype: 'power_cut', reason: text('all of it') });
    await played.do('assign-department', { department: 'security', task: null });
    await world.until(at + 2 * HOUR);
    return played;
  },

  /** Measured by an outside agency; another caller, a pause that ends early, a part that stands still for a time. */
  'noise-measured': async ({ world, at }) => {
    const played = await world.start({ ...NOISE, at });
    await played.do('set-level', { level: 'major', reason: text('the whole house') }, { by: MANAGER });
    await played.do('attach-caller', { channel: 'phone', contact: text('upstairs') });
    await played.do('pause', BODY.pause(at + 3 * HOUR));
    await world.until(at + HOUR);
    await played.do('resume', {});
    await played.do('block-part', { department: 'engineering', reason: text('no key') }, { by: ENGINEER });
    await played.do('unblock-part', { department: 'engineering' }, { by: ENGINEER });
    await played.do('record-test-result', BODY.test, { by: ENGINEER });
    await world.until(at + 32 * HOUR);
    await played.do('progress', BODY.progress);
    return played;
  },

  /** A measure with public notice, an outage with its updates, a promise that moves. */
  'routine-measured': async ({ world, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    await played.do('set-measure', BODY.measure(at + 6 * HOUR));
    await played.do('confirm-outage', { text: text('dark') });
    await world.until(at + 30 * MINUTE);
    await played.do('outage-update', { text: text('still dark') });
    await played.do('restore', { text: text('light') });
    await played.do('promise', { text: text('a lamp'), dueAt: at + 8 * HOUR });
    await played.do('move-promise', { promise: 'p1', dueAt: at + 9 * HOUR, reason: text('sold out') });
    return played;
  },

  /** Thirty commands at once, and a clock that runs out while they are written. */
  crowded: async ({ world, journal, at }) => {
    const played = await world.start({ ...IMPORTANT, at });
    await world.until(at + HOUR - SECOND / 2);
    const { reached, release } = journal.hold();
    const first = played.do('note', { text: text('first') });
    await reached;
    await until('the clock ran out', async () => (await world.now()) > at + HOUR);
    const notes = Array.from({ length: 30 }, (_, index) => played.do('note', { text: text(`note ${index}`) }));
    release();
    await Promise.all([first, ...notes, played.do('promise', { text: text('soon'), dueAt: at + 65 * MINUTE })]);
    await world.until(at + 70 * MINUTE);
    return played;
  },

  /** The database is away, then back; then it refuses a batch for good, then takes it. */
  'database-away': async ({ world, journal, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    await played.do('acknowledge', BODY.acknowledge);
    journal.before = () => {
      throw new Error('away');
    };
    await played.do('note', { text: text('one') });
    await played.do('note', { text: text('two') });
    journal.before = null;
    await world.sleep(2 * MINUTE);
    journal.refuse();
    await played.do('note', { text: text('three') });
    await until(
      'it was refused',
      async () => (await played.do('note', { text: text('more') })).projection === 'pending',
    );
    journal.before = null;
    // One that comes while it is being refused waits for the next.
    await until('it is taken', async () => (await played.do('note', { text: text('last') })).projection === 'written');
    return played;
  },

  /** A message that fails and is repeated, and one that can never be sent. */
  'message-fails': async ({ world, inbox, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    inbox.fail(TRIES_AT_ONCE + 2);
    await played.do('acknowledge', BODY.acknowledge);
    await world.sleep(MINUTE);
    inbox.refuse();
    await played.do('promise', { text: text('soon'), dueAt: at + 9 * HOUR });
    await world.sleep(MINUTE);
    return played;
  },

  /** While a message waits for its next try, the case becomes urgent and the urgent messages come. */
  'urgent-while-sending': async ({ world, inbox, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    await until('the first are sent', () => inbox.sent.length > 0);
    inbox.fail(TRIES_AT_ONCE + 4);
    await played.do('acknowledge', BODY.acknowledge);
    await until('the next was tried', () => inbox.tries.length > 1 + TRIES_AT_ONCE);
    const graded = { subtype: 'power_cut', type: null, priority: null, departments: null };
    await played.do('reclassify', { ...graded, reason: text('all of it') });
    await world.sleep(MINUTE);
    return played;
  },

  /** A result is accepted with a low score; nobody withdraws around the callback. */
  'rated-low': (stage) => ratedLow(stage, RULES),
  'rated-low-former': (stage) => ratedLow(stage, FIRST_RULES),

  /** Whoever has a part leaves while it stands still; another accepts it, which under the former rules nobody could. */
  'part-left-behind': async ({ world, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    const part = { department: 'engineering' };
    const reason = text('r');
    await played.do('accept-part', part, { by: ENGINEER });
    await played.do('block-part', { ...part, reason }, { by: ENGINEER });
    await played.do('relieve', { from: ENGINEER.id, to: OTHER_CLERK.id, role: null, reason }, { by: SUPERVISOR });
    await played.do('unblock-part', part, { by: HEAD });
    await played.do('accept-part', part, { by: HEAD });
    await world.until(at + HOUR);
    return played;
  },

  /** Several runs. */
  'rolled-over': async ({ world, at }) => {
    const played = await world.start({ ...ROUTINE, at, rollOverAt: 34 });
    for (let minute = 5; minute <= 125; minute += 10) {
      await world.until(at + minute * MINUTE);
      await played.do('note', { text: text(`at ${minute}`) });
    }
    return played;
  },

  ...REPAIRS,
  ...SMALL_FAMILIES,
};
