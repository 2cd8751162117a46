import { MINUTE } from '../../../domain/instant';
import {
  CLERK,
  ENGINEER,
  GUARD,
  OTHER_ENGINEER,
  REPAIR_BODY,
  RepairPlay,
  SUPERVISOR,
  accepted,
  effects,
  notices,
  sh,
  text,
} from './support';

const reason = text('reason');
const job = (play: RepairPlay) => play.state.job!;
const finds = (play: RepairPlay) => effects(play.journal).filter(({ kind }) => kind === 'find-assignee');
/** Everything open that whoever has the job owes. */
const debtors = (play: RepairPlay) => {
  const owed = Object.values(play.state.obligations).filter((o) => o.state === 'open' && o.owedBy.as === 'assignee');
  return [...new Set(owed.map(({ owedBy }) => owedBy.person))];
};

describe('a job', () => {
  it('is looked for at once, by post, skills, department and place', () => {
    const play = new RepairPlay({ subtype: 'burst_pipe' });
    expect(finds(play)).toEqual([
      {
        kind: 'find-assignee',
        post: 'plumbing',
        skills: [],
        department: 'engineering',
        building: '3',
        passed: [],
      },
    ]);
  });

  it('is offered to one person, who is told, and accepted by him alone', () => {
    const play = new RepairPlay({ subtype: 'burst_pipe' });
    const events = play.offer(ENGINEER, sh('2026-11-23 18:00'));
    expect(notices(events)).toEqual(['job-offered → engineer-zhao']);
    expect(play.obligation('offer:1')).toMatchObject({
      dueAt: sh('2026-11-23 09:02'),
      owedBy: { person: ENGINEER.id },
    });
    expect(play.refused('accept', {}, { by: OTHER_ENGINEER })).toEqual({
      refused: 'not-offered-to-you',
      args: { offered: ENGINEER.id },
    });
    play.do('accept', {}, { by: ENGINEER, at: sh('2026-11-23 09:02') });
    expect(job(play)).toMatchObject({ assignee: ENGINEER.id, offered: null, dutyUntil: sh('2026-11-23 18:00') });
    expect(play.state.stage).toBe('dispatched');
    expect(play.obligation('offer:1')).toMatchObject({ state: 'met', lateMs: 0 });
    expect(play.obligation('dispatch')).toMatchObject({ state: 'met', lateMs: -3 * MINUTE });
    expect(play.all('obligation-missed')).toEqual([]);
    expect(debtors(play)).toEqual([ENGINEER.id]);
    expect(play.refused('accept', {}, { by: ENGINEER }).refused).toBe('already-assigned');
  });

  it('that is declined goes to the next, who is not asked twice', () => {
    const play = new RepairPlay();
    play.offer(ENGINEER);
    expect(play.refused('decline', { reason: null }, { by: OTHER_ENGINEER }).refused).toBe('not-offered-to-you');
    play.do('decline', { reason }, { by: ENGINEER });
    expect(play.obligation('offer:1')).toMatchObject({ state: 'cancelled', endReason: 'declined' });
    expect(finds(play).at(-1)).toMatchObject({ passed: [ENGINEER.id] });
    play.offer(OTHER_ENGINEER);
    expect(job(play)).toMatchObject({ offered: OTHER_ENGINEER.id, offers: 2 });
  });

  it('that nobody answers lapses, and goes to the next: after 2 minutes when urgent, 10 otherwise', () => {
    for (const [subtype, minutes] of [
      ['burst_pipe', 2],
      ['bulb', 10],
    ] as const) {
      const play = new RepairPlay({ subtype });
      play.offer(ENGINEER);
      play.wait(minutes * MINUTE);
      expect(play.all('offer-lapsed')).toEqual([]);
      play.wait(1);
      expect(play.all('offer-lapsed').map(({ data }) => data)).toEqual([{ person: ENGINEER.id }]);
      expect(finds(play)).toHaveLength(2);
      expect(play.refused('accept', {}, { by: ENGINEER }).refused).toBe('not-offered-to-you');
    }
  });

  it('that nobody is left for is the supervisor’s', () => {
    const play = new RepairPlay();
    play.offer(ENGINEER);
    play.do('decline', { reason: null }, { by: ENGINEER });
    const events = play.offer(null);
    expect(notices(events)).toEqual(['nobody-to-dispatch → senior_cs_supervisor']);
    expect(job(play)).toMatchObject({ exhausted: true, offered: null });
    expect(play.obligation('dispatch').owedBy).toMatchObject({ as: 'role', role: 'senior_cs_supervisor' });
    play.do('assign', { to: OTHER_ENGINEER.id }, { by: SUPERVISOR });
    expect(job(play)).toMatchObject({ exhausted: false, assignee: OTHER_ENGINEER.id });
    expect(play.obligation('dispatch').state).toBe('met');
  });

  it('can be grabbed when it is with nobody, and not when it is offered to another or taken', () => {
    const play = new RepairPlay();
    play.offer(ENGINEER);
    expect(play.refused('grab', {}, { by: OTHER_ENGINEER })).toEqual({
      refused: 'offered-to-another',
      args: { offered: ENGINEER.id },
    });
    play.do('decline', { reason: null }, { by: ENGINEER });
    play.do('grab', {}, { by: OTHER_ENGINEER });
    expect(job(play).assignee).toBe(OTHER_ENGINEER.id);
    expect(play.refused('grab', {}, { by: GUARD })).toEqual({
      refused: 'already-assigned',
      args: { person: OTHER_ENGINEER.id },
    });
    expect(new RepairPlay().refused('grab', {}, { by: CLERK }).refused).toBe('role-not-allowed');
  });

  it('that was grabbed is not offered any more when the roster answers later', () => {
    const play = new RepairPlay();
    play.do('grab', {}, { by: OTHER_ENGINEER });
    play.offer(ENGINEER);
    expect(play.all('offered')).toEqual([]);
    expect(play.all('effect-refused').map(({ data }) => data.refused)).toEqual(['already-assigned']);
  });

  it('is assigned by the front desk, from one to the other, who is told', () => {
    const play = accepted();
    expect(play.refused('assign', { to: ENGINEER.id }).refused).toBe('already-assigned');
    expect(play.refused('assign', { to: OTHER_ENGINEER.id }, { by: ENGINEER }).refused).toBe('role-not-allowed');
    const events = play.do('assign', { to: OTHER_ENGINEER.id }, { by: CLERK });
    expect(notices(events)).toEqual(['job-assigned → engineer-qi']);
    expect(play.all('assigned').map(({ data: { person, from } }) => [from, person])).toEqual([
      [null, ENGINEER.id],
      [ENGINEER.id, OTHER_ENGINEER.id],
    ]);
    expect(debtors(play)).toEqual([OTHER_ENGINEER.id]);
    expect(play.refused('contact', REPAIR_BODY.contact, { by: ENGINEER })).toEqual({
      refused: 'not-the-assignee',
      args: { person: OTHER_ENGINEER.id },
    });
  });

  it('takes the place of an offer when it is assigned', () => {
    const play = new RepairPlay();
    play.offer(ENGINEER);
    play.do('assign', { to: OTHER_ENGINEER.id }, { by: CLERK });
    expect(play.obligation('offer:1')).toMatchObject({ state: 'cancelled', endReason: 'assigned' });
    expect(play.refused('accept', {}, { by: ENGINEER }).refused).toBe('not-offered-to-you');
  });

  it('that is given back is looked for again, and everything owed is with nobody', () => {
    const play = accepted();
    expect(play.refused('release', { reason }, { by: OTHER_ENGINEER }).refused).toBe('not-the-assignee');
    play.do('release', { reason }, { by: ENGINEER });
    expect(job(play)).toMatchObject({ assignee: null, passed: [ENGINEER.id] });
    expect(debtors(play)).toEqual([null]);
    expect(finds(play)).toHaveLength(2);
    expect(play.refused('release', { reason }, { by: SUPERVISOR }).refused).toBe('nobody-has-the-job');
  });

  it('is done by nobody before somebody has it', () => {
    const play = new RepairPlay();
    play.offer(ENGINEER);
    for (const by of [ENGINEER, SUPERVISOR]) {
      expect(play.refused('arrive', REPAIR_BODY.arrive, { by }).refused).toBe('nobody-has-the-job');
    }
  });
});

describe('the end of a shift', () => {
  const end = sh('2026-11-23 12:00');
  const onDuty = () => {
    const play = new RepairPlay();
    play.offer(ENGINEER, end);
    play.do('accept', {}, { by: ENGINEER });
    return play;
  };
  const relieved = (play: RepairPlay, successor: string | null) =>
    play.answered('tell-duty', { person: ENGINEER.id, dutyUntil: null, successor });

  it('asks who takes over, and gives him the job with everything that is owed', () => {
    const play = onDuty();
    play.do('contact', { note: null, eta: sh('2026-11-23 14:00') }, { by: ENGINEER });
    expect(effects(play.until(end))).toEqual([
      {
        kind: 'look-up-duty',
        ...{ post: 'electrical', skills: [], department: 'engineering', building: '3', passed: [] },
        person: ENGINEER.id,
        relieve: true,
      },
    ]);
    const events = relieved(play, OTHER_ENGINEER.id);
    expect(notices(events)).toEqual(['job-taken-over → engineer-qi']);
    expect(play.all('assigned').at(-1)?.data).toMatchObject({ from: ENGINEER.id, how: 'shift-change' });
    expect(play.open()).toContain('eta:1');
    expect(debtors(play)).toEqual([OTHER_ENGINEER.id]);
  });

  it('leaves the job with whoever is on the spot', () => {
    const play = onDuty();
    play.do('arrive', REPAIR_BODY.arrive, { by: ENGINEER, at: sh('2026-11-23 11:30') });
    play.until(end);
    relieved(play, OTHER_ENGINEER.id);
    expect(job(play).assignee).toBe(ENGINEER.id);
  });

  it('leaves it with him when nobody takes over', () => {
    const play = onDuty();
    play.until(end);
    relieved(play, null);
    expect(job(play)).toMatchObject({ assignee: ENGINEER.id, dutyUntil: null });
  });

  it('changes nothing when somebody else has it by then', () => {
    const play = onDuty();
    play.until(end);
    play.do('assign', { to: OTHER_ENGINEER.id }, { by: CLERK });
    relieved(play, GUARD.id);
    expect(job(play).assignee).toBe(OTHER_ENGINEER.id);
    expect(play.all('effect-refused').map(({ data }) => data.refused)).toEqual(['not-the-assignee']);
  });
});

describe('another fault', () => {
  it('of another post is another job: who had the first one has nothing to do with it', () => {
    const play = accepted({ subtype: 'bulb' });
    play.do('contact', { note: null, eta: sh('2026-11-23 14:00') }, { by: ENGINEER });
    play.do('regrade', { subtype: 'door', priority: null, reason }, { by: CLERK });
    expect(job(play)).toMatchObject({ post: 'general', assignee: null, offered: null });
    expect(play.state.stage).toBe('received');
    expect(debtors(play)).toEqual([null]);
    expect(finds(play).at(-1)).toMatchObject({ post: 'general', passed: [] });
  });

  it('is not offered to whom the first question named while it was on its way', () => {
    const play = new RepairPlay({ subtype: 'bulb' });
    play.do('regrade', { subtype: 'door', priority: null, reason }, { by: CLERK });
    const found = { person: ENGINEER.id, because: 'post', dutyUntil: null };
    play.answered('offer-job', { ...found, post: 'electrical' });
    expect(play.all('effect-refused').map(({ data }) => data.refused)).toEqual(['job-changed']);
    expect(play.all('offered')).toEqual([]);
    play.answered('offer-job', { ...found, person: OTHER_ENGINEER.id, post: 'general' });
    expect(job(play)).toMatchObject({ offered: OTHER_ENGINEER.id });
  });

  it('takes an offer back that was made for the first', () => {
    const play = new RepairPlay({ subtype: 'bulb' });
    play.offer(ENGINEER);
    play.do('regrade', { subtype: 'door', priority: null, reason }, { by: CLERK });
    expect(play.obligation('offer:1').state).toBe('cancelled');
    expect(play.refused('accept', {}, { by: ENGINEER }).refused).toBe('not-offered-to-you');
    play.offer(OTHER_ENGINEER);
    expect(play.open().filter((id) => id.startsWith('offer'))).toEqual(['offer:2']);
  });

  it('of the same post leaves it with whoever has it', () => {
    const play = accepted({ subtype: 'bulb' });
    play.do('regrade', { subtype: 'socket', priority: null, reason }, { by: CLERK });
    expect(job(play).assignee).toBe(ENGINEER.id);
  });
});
