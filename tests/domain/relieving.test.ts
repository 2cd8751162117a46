import type { CommandData, Opening } from '../../domain/event';
import { foldTally, EMPTY_TALLY } from '../../domain/facts';
import { DAY, HOUR } from '../../domain/instant';
import type { CaseState } from '../../domain/state';
import { DisputePlay } from './dispute/support';
import { OTHER_ENGINEER, REPAIR_BODY, RepairPlay, URGENT_FAULT, accepted, toCallback } from './repair/support';
import { whoOwe } from './invariants';
import {
  CLERK,
  ENGINEER,
  HEAD,
  OTHER_CLERK,
  Play,
  ROUTINE,
  SUPERVISOR,
  notices,
  ofType,
  text,
  types,
  type FamilyPlay,
} from './support';

/** Shift change, and whoever leaves: what he owes is somebody else's, or goes back to where the rules send it. */

const by = SUPERVISOR;
const reason = text('shift');
const PART = { department: 'engineering' };

function relief(from: string, to: string, role: CommandData['relieve']['role'] = null): CommandData['relieve'] {
  return { from, to, role, reason };
}

/** Relieves him; then nothing names him, and every clock is as it was. */
function relieve<S extends CaseState, O extends Opening>(play: FamilyPlay<S, O>, from: string, to: string) {
  const clocks = () => play.open().map((id) => [id, play.obligation(id).dueAt, play.obligation(id).warned]);
  const before = clocks();
  const events = play.do('relieve', relief(from, to), { by });
  expect(whoOwe(play.state)).not.toContain(from);
  const offers = (all: unknown[][]) => all.filter(([id]) => !String(id).startsWith('offer'));
  expect(offers(clocks())).toEqual(offers(before));
  expect(events[0]).toMatchObject({ type: 'relieved', by, data: { from, to, reason } });
  return events;
}

describe('what is given by name goes to the successor', () => {
  it('the case with its clocks', () => {
    const play = new Play(ROUTINE);
    const events = relieve(play, CLERK.id, OTHER_CLERK.id);
    expect(types(events).slice(0, 2)).toEqual(['relieved', 'owner-changed']);
    expect(notices(events)).toEqual([`handed-over → ${OTHER_CLERK.id}`]);
    expect(play.state.owner).toBe(OTHER_CLERK.id);
  });

  it('the job, also where no clock of it runs', () => {
    const play = accepted(URGENT_FAULT);
    play.do('arrive', REPAIR_BODY.arrive, { by: ENGINEER });
    expect(play.open().filter((id) => play.obligation(id).owedBy.as === 'assignee')).toEqual([]);
    const events = relieve(play, ENGINEER.id, OTHER_ENGINEER.id);
    expect(notices(events)).toEqual([`job-assigned → ${OTHER_ENGINEER.id}`]);
    expect(play.state).toMatchObject({ job: { assignee: OTHER_ENGINEER.id }, stage: 'dispatched' });
  });

  it('what the parties of a dispute agreed that he does, told with its date', () => {
    const play = new DisputePlay();
    const dueAt = play.now + DAY;
    play.do('record-meeting', {
      ...{ minutes: text('m'), attended: ['resident', 'other-party', 'property'] },
      actions: [{ text: text('a mat'), dueAt, keeper: ENGINEER.id }],
    });
    const events = relieve(play, ENGINEER.id, OTHER_ENGINEER.id);
    expect(notices(events)).toEqual([`obligation-handed-over → ${OTHER_ENGINEER.id}`]);
    expect(ofType(events, 'notify-requested')[0]?.data).toMatchObject({
      args: { kind: 'promise', dueAt },
      text: reason,
    });
    expect(play.obligation('promise:p1').owedBy).toMatchObject({ as: 'role', person: OTHER_ENGINEER.id });
    expect(play.state.owner).toBe(CLERK.id);
  });
});

describe('what one takes by himself goes back', () => {
  it('an offer to the next candidate', () => {
    const play = new RepairPlay();
    play.offer(ENGINEER);
    const events = relieve(play, ENGINEER.id, OTHER_CLERK.id);
    expect(ofType(events, 'obligation-cancelled')[0]?.data).toEqual({ obligation: 'offer:1', reason: 'handed-over' });
    expect(ofType(events, 'effect-requested')[0]?.data.effect).toMatchObject({
      ...{ kind: 'find-assignee', passed: [ENGINEER.id] },
    });
    play.offer(OTHER_ENGINEER);
    play.do('accept', {}, { by: OTHER_ENGINEER });
    expect(play.state.job?.assignee).toBe(OTHER_ENGINEER.id);
  });

  it('a part to its department, where another accepts it', () => {
    const play = new Play(ROUTINE);
    play.do('accept-part', PART, { by: ENGINEER });
    play.wait(HOUR);
    const events = relieve(play, ENGINEER.id, OTHER_CLERK.id);
    expect(notices(events)).toEqual(['department-assigned → engineering']);
    expect(play.obligation('part:engineering').owedBy).toMatchObject({ role: 'engineering', person: null });
    expect(play.state.parts['engineering']).toMatchObject({ state: 'assigned', acceptedBy: null });
    // It counts as not accepted from here on.
    const { running } = foldTally(EMPTY_TALLY, play.journal).tally;
    expect(running.find(({ track }) => track === 'part:engineering')).toMatchObject({
      ...{ name: 'assigned', waitingOn: 'us', enteredAt: play.now },
    });
    play.do('accept-part', PART, { by: OTHER_ENGINEER });
    expect(play.obligation('part:engineering').owedBy.person).toBe(OTHER_ENGINEER.id);
  });

  it('a part that stands still goes on standing, and can be accepted when it does not any more', () => {
    const play = new Play(ROUTINE);
    play.do('accept-part', PART, { by: ENGINEER });
    play.do('block-part', { ...PART, reason }, { by: ENGINEER });
    relieve(play, ENGINEER.id, OTHER_CLERK.id);
    expect(play.state.parts['engineering']).toMatchObject({ state: 'blocked', acceptedBy: null });
    const segment = () =>
      foldTally(EMPTY_TALLY, play.journal).tally.running.find(({ track }) => track !== 'stage')?.name;
    expect(segment()).toBe('blocked');
    play.do('unblock-part', PART, { by: HEAD });
    expect(segment()).toBe('assigned');
    play.do('accept-part', PART, { by: OTHER_ENGINEER });
    expect(segment()).toBe('accepted');
  });

  it('under the former rules what nobody had was accepted by nobody', () => {
    const play = new Play({ ...ROUTINE, rules: 1 });
    play.do('block-part', { ...PART, reason }, { by: ENGINEER });
    expect(ofType(play.do('unblock-part', PART, { by: ENGINEER }), 'part-unblocked')[0]?.data).toEqual(PART);
    expect(play.refused('accept-part', PART, { by: ENGINEER }).refused).toBe('part-not-so');
  });
});

it('only what he owes in the role goes where a role is named', () => {
  const play = new Play({ ...ROUTINE, by });
  play.do('accept-part', PART, { by });
  play.do('relieve', relief(by.id, OTHER_CLERK.id, 'engineering'), { by: HEAD });
  expect(play.state.owner).toBe(by.id);
  expect(play.state.parts['engineering']?.acceptedBy).toBeNull();
  play.do('relieve', relief(by.id, OTHER_CLERK.id, 'customer_service'), { by: HEAD });
  expect(play.state.owner).toBe(OTHER_CLERK.id);
});

describe('is refused', () => {
  it('where he owes nothing, whatever he did', () => {
    const play = toCallback();
    expect(play.state.job?.assignee).toBe(ENGINEER.id);
    expect(play.refused('relieve', relief(ENGINEER.id, OTHER_ENGINEER.id), { by })).toEqual({
      ...{ refused: 'owes-nothing', args: { person: ENGINEER.id } },
    });
    const owned = relief(CLERK.id, OTHER_CLERK.id, 'engineering');
    expect(play.refused('relieve', owned, { by }).refused).toBe('owes-nothing');
  });

  it('where the successor is himself', () => {
    expect(new Play(ROUTINE).refused('relieve', relief(CLERK.id, CLERK.id), { by })).toEqual({
      ...{ refused: 'same-person', args: { person: CLERK.id } },
    });
  });
});
