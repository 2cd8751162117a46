import type { JournalEvent } from '../../../domain/event';
import { outcomeOf } from '../../../domain/obligation';
import {
  CLERK,
  ENGINEER,
  OTHER_ENGINEER,
  REPAIR_BODY,
  SUPERVISOR,
  accepted,
  completed,
  notices,
  ofType,
  sh,
  text,
  type RepairOptions,
  type RepairPlay,
} from './support';

/** A repair whose job goes to another person, or back, by the rules of its opening. */

const by = ENGINEER;
const other = { by: OTHER_ENGINEER };
const reason = text('r');
const eta = sh('2026-11-23 14:00');
const finishAt = sh('2026-11-23 18:00');

const STEPS: Readonly<Record<string, (play: RepairPlay) => unknown>> = {
  dispatched: () => undefined,
  contacted: (play) => play.do('contact', REPAIR_BODY.contact, { by }),
  'en-route': (play) => play.do('depart', { eta }, { by }),
  arrived: (play) => play.do('arrive', REPAIR_BODY.arrive, { by }),
  working: (play) => play.do('survey', REPAIR_BODY.survey(finishAt), { by }),
};

/** On its way to the stage, one step after the other. */
function inStage(stage: string, options: RepairOptions = {}): RepairPlay {
  const play = accepted(options);
  const names = Object.keys(STEPS);
  for (const name of names.slice(0, names.indexOf(stage) + 1)) STEPS[name]?.(play);
  expect(play.state.stage).toBe(stage);
  return play;
}

const HANDS: Readonly<Record<string, (play: RepairPlay) => JournalEvent[]>> = {
  'given back': (play) => play.do('release', { reason }, { by }),
  'assigned to another': (play) => play.do('assign', { to: OTHER_ENGINEER.id }, { by: CLERK }),
  'given back and accepted by another': (play) => [
    ...play.do('release', { reason }, { by: SUPERVISOR }),
    ...play.offer(OTHER_ENGINEER),
    ...play.do('accept', {}, other),
  ],
};

/** Stage before it, and after it: under the former rules, and under those of today. */
type Stages = Readonly<Record<string, [former: string, now: string]>>;

const WITH_ANOTHER: Stages = {
  dispatched: ['dispatched', 'dispatched'],
  contacted: ['contacted', 'contacted'],
  'en-route': ['en-route', 'dispatched'],
  arrived: ['arrived', 'dispatched'],
  working: ['working', 'dispatched'],
};

const TABLE: Readonly<Record<string, Stages>> = {
  'given back': {
    dispatched: ['dispatched', 'received'],
    contacted: ['contacted', 'contacted'],
    'en-route': ['en-route', 'received'],
    arrived: ['arrived', 'received'],
    working: ['working', 'received'],
  },
  'assigned to another': WITH_ANOTHER,
  'given back and accepted by another': WITH_ANOTHER,
};

describe.each(Object.entries(TABLE))('a job that is %s', (how, stages) => {
  it.each(Object.entries(stages))('in %s goes where nobody stands yet', (stage, [former, now]) => {
    for (const [rules, after] of [
      [1, former],
      [2, now],
      // As it was recorded before rules had a version.
      [undefined, former],
    ] as const) {
      const play = inStage(stage, { rules });
      const events = HANDS[how]!(play);
      expect([rules, play.state.stage]).toEqual([rules, after]);
      const entered = ofType(events, 'stage-entered').map(({ data }) => data.waitingOn);
      expect(entered).toEqual(entered.map(() => 'us'));
    }
  });
});

describe('the next one', () => {
  it('departs, arrives and does it, and nothing that was met is owed again', () => {
    for (const how of ['assigned to another', 'given back and accepted by another']) {
      const play = inStage('working');
      play.wait(60_000);
      HANDS[how]!(play);
      expect(play.refused('complete', REPAIR_BODY.complete, other).refused).toBe('not-allowed-now');
      const told = notices(play.do('depart', { eta: sh('2026-11-23 16:00') }, other));
      expect([play.state.stage, told]).toEqual(['en-route', ['repair-eta → resident']]);
      play.do('arrive', REPAIR_BODY.arrive, { ...other, at: sh('2026-11-23 15:30') });
      expect(play.state.stage).toBe('arrived');
      for (const id of ['arrive', 'survey', 'eta:1']) expect(play.obligation(id).endedAt).toBe(sh('2026-11-23 09:00'));
      expect(play.obligation('eta:2')).toMatchObject({ state: 'met', owedBy: { person: OTHER_ENGINEER.id } });
      // What he was told of the finish stands.
      expect(play.obligation('resolve')).toMatchObject({ dueAt: finishAt, owedBy: { person: OTHER_ENGINEER.id } });
      play.do('complete', REPAIR_BODY.complete, other);
      expect(play.state).toMatchObject({ stage: 'callback', callback: { didWork: [ENGINEER.id, OTHER_ENGINEER.id] } });
      expect(outcomeOf(play.obligation('resolve'), play.now)).toBe('met');
    }
  });

  it('could neither depart nor arrive under the former rules', () => {
    const play = inStage('working', { rules: 1 });
    HANDS['assigned to another']!(play);
    expect(play.refused('depart', { eta }, other).refused).toBe('already-there');
    expect(play.refused('arrive', REPAIR_BODY.arrive, other).refused).toBe('already-there');
  });

  it('keeps the arrival that was promised to the resident, or moves it with a reason', () => {
    const play = inStage('en-route');
    HANDS['assigned to another']!(play);
    expect(play.obligation('eta:1')).toMatchObject({
      ...{ state: 'open', dueAt: eta },
      owedBy: { as: 'assignee', person: OTHER_ENGINEER.id },
    });
    const move = { eta: sh('2026-11-23 15:00'), reason };
    expect(notices(play.do('move-eta', move, other))).toEqual(['repair-eta → resident']);
    play.do('arrive', REPAIR_BODY.arrive, { ...other, at: sh('2026-11-23 14:30') });
    // Scored by what was promised first.
    expect(outcomeOf(play.obligation('eta:1'), play.now)).toBe('late');
  });

  it('leaves it with the department while nobody has the job', () => {
    const play = inStage('en-route');
    HANDS['given back']!(play);
    expect(play.obligation('eta:1')).toMatchObject({ state: 'open', dueAt: eta, owedBy: { person: null } });
    expect(play.refused('arrive', REPAIR_BODY.arrive, other).refused).toBe('nobody-has-the-job');
  });

  it('comes at the end of a shift only where nobody is on the spot', () => {
    const told = (play: RepairPlay) =>
      play.answered('tell-duty', { person: ENGINEER.id, dutyUntil: null, successor: OTHER_ENGINEER.id });
    const stages = ['contacted', 'en-route', 'arrived', 'working'].map((stage) => {
      const play = inStage(stage);
      told(play);
      return [play.state.job?.assignee, play.state.stage];
    });
    expect(stages).toEqual([
      [OTHER_ENGINEER.id, 'contacted'],
      [OTHER_ENGINEER.id, 'dispatched'],
      [ENGINEER.id, 'arrived'],
      [ENGINEER.id, 'working'],
    ]);
  });

  it('changes neither the daily update nor an outage, which know of handling alone', () => {
    const play = inStage('working');
    play.do('confirm-outage', { text: text('dark') }, { by });
    HANDS['given back']!(play);
    expect(play.open().filter((id) => id.startsWith('outage-update'))).toHaveLength(1);
    play.do('restore', { text: null }, { by });
    play.until(sh('2026-11-24 16:00'));
    expect(play.open()).toContain('progress:2026-11-24');
  });

  it('of a reopened repair begins like the first', () => {
    const play = completed(accepted());
    play.do('callback', { score: 1, solved: false, conduct: null, comment: null }, { by: CLERK });
    play.offer(OTHER_ENGINEER);
    play.do('accept', {}, other);
    expect(play.state).toMatchObject({ stage: 'dispatched', episode: 2 });
  });
});
