import { actionsOf } from '../../../domain/actions';
import { complaint } from '../../../domain/complaint';
import type { CommandName } from '../../../domain/event';
import { commandNames, ruleOf } from '../../../domain/family';
import { SYSTEM, type Role } from '../../../domain/actor';
import {
  BODY,
  CLERK,
  EVERYBODY,
  MANAGER,
  OWNER_REP,
  Play,
  RESIDENT,
  ROUTINE,
  UNCLASSIFIED,
  text,
  toClosed,
  toReview,
  workDone,
} from '../support';

/** One case in each stage; of a routine matter, so that no plan is asked for. */
function inEveryStage(): readonly Play[] {
  const handling = new Play(ROUTINE);
  handling.do('acknowledge', BODY.acknowledge);
  const feedback = new Play(ROUTINE);
  workDone(feedback);
  const withdrawn = new Play(ROUTINE);
  withdrawn.do('withdraw', { reason: text('r') });
  return [
    new Play(UNCLASSIFIED),
    new Play(ROUTINE),
    handling,
    feedback,
    toReview(new Play(ROUTINE)),
    toClosed(new Play(ROUTINE)),
    withdrawn,
  ];
}

const SUPERVISE: Role[] = ['senior_cs_supervisor', 'department_head', 'duty_manager', 'manager', 'general_manager'];
const DESK: Role[] = ['customer_service', ...SUPERVISE];
const STAFF: Role[] = [...DESK, 'engineering', 'security', 'finance'];
const MANAGE: Role[] = ['manager', 'general_manager'];

const NOT = 'not-allowed-now';
const OVER = 'case-closed';
/** Whether a manager may in: received, classified, handling, feedback, review, closed, withdrawn. `ok` or the refusal. */
const WORK = [NOT, 'ok', 'ok', NOT, NOT, OVER, OVER];
const HANDLE = ['ok', 'ok', 'ok', NOT, NOT, OVER, OVER];
const OPEN = ['ok', 'ok', 'ok', 'ok', 'ok', OVER, OVER];
const CALLED = [NOT, NOT, NOT, NOT, 'nothing-owed', OVER, OVER];
const always = (refusal: string) => Array<string>(7).fill(refusal);

/** Who may, and when: by hand, from policies.md, requirements.md CMP-041 … CMP-072, REP-019 and section 4c. */
const TABLE: Readonly<Record<string, { roles: Role[]; stages: string[]; field?: true }>> = {
  'acknowledge-escalation': { roles: STAFF, stages: always('no-open-escalation') },
  classify: { roles: DESK, stages: ['ok', NOT, NOT, NOT, NOT, OVER, OVER] },
  reclassify: { roles: DESK, stages: WORK },
  'set-level': { roles: MANAGE, stages: ['not-classified', 'ok', 'ok', 'ok', 'ok', OVER, OVER] },
  acknowledge: { roles: STAFF, stages: ['ok', 'ok', 'already-acknowledged', NOT, NOT, OVER, OVER] },
  survey: { roles: STAFF, stages: WORK, field: true },
  'propose-plan': { roles: STAFF, stages: WORK },
  'set-measure': { roles: DESK, stages: WORK },
  'record-test-result': { roles: STAFF, stages: always('nothing-owed') },
  'owner-answer': {
    roles: [...DESK, 'resident'],
    stages: [...Array<string>(5).fill('nothing-to-answer'), OVER, OVER],
  },
  'decide-for-owner': { roles: MANAGE, stages: always('owner-may-still-answer') },
  'assign-department': { roles: DESK, stages: WORK },
  'accept-part': { roles: STAFF, stages: WORK },
  'block-part': { roles: STAFF, stages: WORK },
  'unblock-part': { roles: STAFF, stages: WORK },
  'complete-part': { roles: STAFF, stages: WORK, field: true },
  // From the resolution on the callback is owed, until the owner's answer has met it.
  withdraw: { roles: [...DESK, 'resident'], stages: ['ok', 'ok', 'ok', 'callback-owed', 'ok', OVER, OVER] },
  reopen: { roles: [...DESK, 'quality', 'resident'], stages: [NOT, NOT, NOT, NOT, NOT, 'ok', 'ok'] },
  extend: { roles: MANAGE, stages: OPEN },
  'feed-back': { roles: DESK, stages: [NOT, NOT, NOT, 'ok', NOT, OVER, OVER] },
  close: { roles: DESK, stages: [NOT, NOT, NOT, NOT, 'ok', OVER, OVER] },
  'hand-over': { roles: DESK, stages: OPEN },
  relieve: { roles: SUPERVISE, stages: OPEN },
  progress: { roles: STAFF, stages: HANDLE },
  'confirm-outage': { roles: STAFF, stages: HANDLE },
  'outage-update': { roles: STAFF, stages: always('no-outage') },
  restore: { roles: STAFF, stages: always('no-outage'), field: true },
  pause: { roles: STAFF, stages: WORK },
  resume: { roles: STAFF, stages: always('not-paused') },
  promise: { roles: STAFF, stages: OPEN },
  'keep-promise': { roles: STAFF, stages: [...Array<string>(5).fill('no-open-promise'), OVER, OVER] },
  'move-promise': { roles: DESK, stages: [...Array<string>(5).fill('no-open-promise'), OVER, OVER] },
  note: { roles: [...STAFF, 'quality', 'resident'], stages: OPEN },
  // He accepted the result without a score.
  rate: { roles: ['resident'], stages: [NOT, NOT, NOT, NOT, NOT, 'ok', NOT] },
  'attach-caller': { roles: DESK, stages: OPEN },
  // In review it was the owner's answer that met the callback.
  callback: { roles: [...DESK, 'resident'], stages: CALLED },
  'second-callback': { roles: ['senior_cs_supervisor', ...MANAGE], stages: CALLED },
  'callback-attempt': { roles: DESK, stages: CALLED },
  'close-unsatisfied': { roles: MANAGE, stages: CALLED },
  'start-repair': { roles: STAFF, stages: OPEN },
  'start-dispute': { roles: DESK, stages: OPEN },
  'link-case': { roles: ['system'], stages: always('ok') },
  'tell-child': { roles: ['system'], stages: always('ok') },
};

describe('every command', () => {
  const plays = inEveryStage();

  it('stands in the table', () => {
    expect(commandNames(complaint).sort()).toEqual(Object.keys(TABLE).sort());
    expect(new Set(commandNames(complaint)).size).toBe(commandNames(complaint).length);
  });

  it.each(Object.entries(TABLE))('%s is for its roles and its stages', (name, { roles, stages, field }) => {
    const rule = ruleOf(complaint, name)!;
    expect([...rule.roles].sort()).toEqual([...roles].sort());
    expect(rule.field).toBe(field);
    const guarded = plays.map((play) => rule.guard(play.state, { at: play.now, by: MANAGER, via: { kind: 'start' } }));
    expect(guarded.map((refusal) => refusal?.refused ?? 'ok')).toEqual(stages);
    // A refusal by the stage says which stage it is and what would be allowed.
    for (const [index, refusal] of guarded.entries()) {
      if (refusal?.refused !== NOT && refusal?.refused !== OVER) continue;
      expect(refusal.args).toEqual({ stage: plays[index]!.state.stage, allowed: expect.any(Array) as unknown });
    }
  });

  it.each(Object.keys(TABLE) as CommandName[])('%s is refused to everybody else, with the roles it is for', (name) => {
    const { roles } = TABLE[name]!;
    for (const play of plays) {
      for (const by of EVERYBODY.filter(({ role }) => !roles.includes(role))) {
        const refusal = play.refused(name, {}, { by });
        expect(refusal).toEqual({
          refused: 'role-not-allowed',
          args: { role: by.role, allowed: ruleOf(complaint, name)!.roles },
        });
      }
    }
  });

  it.each(Object.keys(TABLE) as CommandName[])('%s takes the time of the field only when it is done there', (name) => {
    const play = plays[1]!;
    const by = [...EVERYBODY, SYSTEM].find(({ role }) => TABLE[name]!.roles.includes(role))!;
    const refusal = play.run(name, {}, { by, occurredAt: play.opening.reportedAt - 1 });
    expect(refusal).toMatchObject({ refused: TABLE[name]!.field ? 'occurred-out-of-range' : 'occurred-not-accepted' });
  });

  it('is unknown when it is not there', () => {
    expect(plays[1]!.refused('fly' as never, {} as never)).toEqual({
      refused: 'command-unknown',
      args: { command: 'fly' },
    });
    expect(plays[1]!.refused('constructor' as never, {} as never).refused).toBe('command-unknown');
  });
});

describe('the actions of a case', () => {
  it('are the commands of the role, each with the reason when it is not for now', () => {
    const play = new Play(ROUTINE);
    for (const by of EVERYBODY) {
      const actions = actionsOf(complaint, play.state, by, play.now);
      const names = Object.entries(TABLE).filter(([, { roles }]) => roles.includes(by.role));
      expect(actions.map(({ command }) => command).sort()).toEqual(names.map(([name]) => name).sort());
    }
    const byName = Object.fromEntries(
      actionsOf(complaint, play.state, CLERK, play.now).map((action) => [action.command, action]),
    );
    expect(byName['acknowledge']).toEqual({ command: 'acknowledge', refusal: null, field: false });
    expect(byName['survey']).toEqual({ command: 'survey', refusal: null, field: true });
    expect(byName['close']?.refusal).toEqual({ refused: NOT, args: { stage: 'classified', allowed: ['review'] } });
  });

  it('are few for a resident and none for an owner representative', () => {
    const play = new Play(ROUTINE);
    expect(
      actionsOf(complaint, play.state, RESIDENT, play.now)
        .map(({ command }) => command)
        .sort(),
    ).toEqual(['callback', 'note', 'owner-answer', 'rate', 'reopen', 'withdraw']);
    expect(actionsOf(complaint, play.state, OWNER_REP, play.now)).toEqual([]);
  });
});

describe('a classification', () => {
  const named = { subtype: 'lighting', type: null, priority: null, departments: null };
  it('is made once, and remade by reclassifying', () => {
    const play = new Play(UNCLASSIFIED);
    expect(play.refused('reclassify', { ...named, reason: text('r') })).toEqual({
      refused: NOT,
      args: { stage: 'received', allowed: ['classified', 'handling'] },
    });
    play.do('classify', named);
    expect(play.refused('classify', named)).toEqual({
      refused: NOT,
      args: { stage: 'classified', allowed: ['received'] },
    });
  });

  it('of a subtype that nobody knows needs a type and a priority', () => {
    const play = new Play(UNCLASSIFIED);
    expect(play.refused('classify', { ...named, subtype: 'dog' }).refused).toBe('subtype-unknown');
    expect(play.refused('classify', { ...named, subtype: 'dog', type: 'other', priority: 'routine' })).toEqual({
      refused: 'department-required',
      args: { field: 'departments' },
    });
    play.do('classify', { subtype: 'dog', type: 'other', priority: 'routine', departments: ['security'] });
    expect(play.state).toMatchObject({ subtype: 'dog', type: 'other', level: 'ordinary', stage: 'classified' });
  });
});
