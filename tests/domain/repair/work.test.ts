import { HOUR, MINUTE } from '../../../domain/instant';
import { outcomeOf } from '../../../domain/obligation';
import {
  CLERK,
  ENGINEER,
  REPAIR_BODY,
  RESIDENT,
  SUPERVISOR,
  accepted,
  notices,
  sh,
  text,
  type RepairPlay,
} from './support';

const by = ENGINEER;
const eta = (local: string) => ({ note: null, eta: sh(local) });
const outcome = (play: RepairPlay, id: string) => outcomeOf(play.obligation(id), play.now);
const urgent = () => accepted({ subtype: 'burst_pipe' });

describe('the first call', () => {
  it('meets the contact, and is made by whoever has the job, or who supervises', () => {
    const play = urgent();
    expect(play.refused('contact', REPAIR_BODY.contact, { by: CLERK })).toEqual({
      refused: 'not-the-assignee',
      args: { person: by.id },
    });
    play.do('contact', REPAIR_BODY.contact, { by, at: sh('2026-11-23 09:15') });
    expect(play.obligation('contact')).toMatchObject({ state: 'met', lateMs: 0 });
    expect(play.state.stage).toBe('contacted');
    urgent().do('contact', REPAIR_BODY.contact, { by: SUPERVISOR });
  });

  it('is missed a millisecond after its 15 minutes', () => {
    const play = urgent();
    play.do('contact', REPAIR_BODY.contact, { by, at: sh('2026-11-23 09:15:00.001') });
    expect(outcome(play, 'contact')).toBe('late');
  });

  it('is made when somebody stands in the door', () => {
    const play = urgent();
    play.do('arrive', REPAIR_BODY.arrive, { by, at: sh('2026-11-23 09:10') });
    expect(play.obligation('contact').state).toBe('met');
  });
});

describe('an arrival that was promised', () => {
  const promised = () => {
    const play = accepted();
    play.do('contact', eta('2026-11-23 14:00'), { by });
    return play;
  };

  it('is told to the resident, and is a clock that the arrival meets', () => {
    const play = accepted();
    const events = play.do('contact', eta('2026-11-23 14:00'), { by });
    expect(notices(events)).toEqual(['repair-eta → resident']);
    expect(play.obligation('eta:1')).toMatchObject({ dueAt: sh('2026-11-23 14:00'), owedBy: { person: by.id } });
    play.do('arrive', REPAIR_BODY.arrive, { by, at: sh('2026-11-23 14:00') });
    expect(outcome(play, 'eta:1')).toBe('met');
    expect(outcome(play, 'arrive')).toBe('met');
  });

  it('is broken a millisecond later, and counted', () => {
    const play = promised();
    play.do('arrive', REPAIR_BODY.arrive, { by, at: sh('2026-11-23 14:00:00.001') });
    expect(outcome(play, 'eta:1')).toBe('late');
    expect(outcome(play, 'arrive')).toBe('met');
  });

  it('is moved before it is due, with a reason that the resident hears; what is scored is the first one', () => {
    const play = promised();
    const events = play.do(
      'move-eta',
      { eta: sh('2026-11-23 16:00'), reason: text('traffic') },
      { by, at: sh('2026-11-23 14:00') },
    );
    expect(notices(events)).toEqual(['repair-eta → resident']);
    expect(play.obligation('eta:1')).toMatchObject({ dueAt: sh('2026-11-23 16:00'), dueBase: sh('2026-11-23 14:00') });
    play.do('arrive', REPAIR_BODY.arrive, { by, at: sh('2026-11-23 15:30') });
    expect(play.obligation('eta:1')).toMatchObject({ state: 'met', missedAt: null });
    expect(outcome(play, 'eta:1')).toBe('late');
  });

  it('that is broken can’t be moved', () => {
    const play = promised();
    const move = { eta: sh('2026-11-23 16:00'), reason: text('r') };
    expect(play.refused('move-eta', move, { by, at: sh('2026-11-23 14:00:00.001') })).toEqual({
      refused: 'promise-already-broken',
      args: { promise: 'eta:1', dueAt: sh('2026-11-23 14:00') },
    });
  });

  it('is moved by the promise made when he leaves, and lies ahead', () => {
    const play = promised();
    play.do('depart', { eta: sh('2026-11-23 13:00') }, { by, at: sh('2026-11-23 12:30') });
    expect(play.state.stage).toBe('en-route');
    expect(play.open().filter((id) => id.startsWith('eta'))).toEqual(['eta:1']);
    expect(play.obligation('eta:1').dueAt).toBe(sh('2026-11-23 13:00'));
    expect(play.refused('contact', { note: null, eta: play.now }, { by }).refused).toBe('instant-not-ahead');
    expect(play.refused('depart', { eta: play.now }, { by }).refused).toBe('instant-not-ahead');
  });

  it('can’t be moved when there is none', () => {
    expect(accepted().refused('move-eta', { eta: sh('2026-11-23 16:00'), reason: text('r') }, { by }).refused).toBe(
      'nothing-owed',
    );
  });
});

describe('on the spot', () => {
  const there = (options = {}) => {
    const play = accepted(options);
    play.do('arrive', REPAIR_BODY.arrive, { by, at: sh('2026-11-23 10:00') });
    return play;
  };

  it('he arrives once, and what he kept of the rules of conduct is in the journal', () => {
    const play = there();
    expect(play.state).toMatchObject({ stage: 'arrived', waitingOn: 'working' });
    expect(play.all('visit-started').map(({ data }) => data.checklist)).toEqual([['badgeShown', 'shoeCovers']]);
    expect(play.refused('arrive', REPAIR_BODY.arrive, { by }).refused).toBe('already-there');
    expect(play.refused('depart', { eta: play.now + HOUR }, { by }).refused).toBe('already-there');
  });

  it('may have arrived before he said so', () => {
    const play = accepted();
    play.do('arrive', REPAIR_BODY.arrive, { by, at: sh('2026-11-23 10:00'), occurredAt: sh('2026-11-23 09:50') });
    expect(play.all('visit-started')[0]?.occurredAt).toBe(play.now - 10 * MINUTE);
  });

  it('surveys with a plan and its date, which the resident hears', () => {
    const play = there();
    const plan = REPAIR_BODY.survey(sh('2026-11-23 15:00'));
    expect(play.refused('survey', { findings: text('f') }, { by })).toEqual({
      refused: 'plan-required',
      args: { field: 'plan' },
    });
    expect(play.refused('survey', { ...plan, finishAt: null }, { by })).toEqual({
      refused: 'plan-required',
      args: { field: 'finishAt' },
    });
    expect(play.refused('survey', { ...plan, finishAt: play.now }, { by }).refused).toBe('instant-not-ahead');
    const events = play.do('survey', plan, { by });
    expect(notices(events)).toEqual(['repair-planned → resident']);
    expect(play.obligation('survey').state).toBe('met');
    expect(play.obligation('resolve')).toMatchObject({ dueAt: sh('2026-11-23 15:00') });
    expect(play.state.stage).toBe('working');
    play.do('propose-plan', { cause: text('c'), plan: text('p'), finishAt: sh('2026-11-24 12:00') }, { by });
    expect(play.obligation('resolve').dueAt).toBe(sh('2026-11-24 12:00'));
  });

  it('surveys nothing from afar, and plans nothing before he has looked', () => {
    const play = accepted();
    expect(play.refused('survey', REPAIR_BODY.survey(play.now + HOUR), { by }).refused).toBe('not-allowed-now');
    const plan = { cause: text('c'), plan: text('p'), finishAt: play.now + HOUR };
    expect(play.refused('propose-plan', plan, { by })).toEqual({
      refused: 'survey-first',
      args: { stage: 'dispatched' },
    });
  });

  it('is done when it was surveyed, where that is owed, and the place was left clean', () => {
    const routine = there();
    expect(routine.refused('complete', REPAIR_BODY.complete, { by }).refused).toBe('survey-first');
    routine.do('survey', REPAIR_BODY.survey(sh('2026-11-23 15:00')), { by });
    expect(routine.refused('complete', { ...REPAIR_BODY.complete, siteCleared: false }, { by })).toEqual({
      refused: 'site-not-cleared',
      args: { field: 'siteCleared' },
    });
    const events = routine.do('complete', REPAIR_BODY.complete, { by, at: sh('2026-11-23 13:30') });
    expect(notices(events)).toEqual(['repair-completed → resident']);
    expect(routine.state).toMatchObject({ stage: 'callback', waitingOn: 'us' });
    expect(outcome(routine, 'resolve')).toBe('met');
    expect(routine.open()).toEqual(['callback']);
    there({ subtype: 'burst_pipe' }).do('complete', REPAIR_BODY.complete, { by });
    expect(accepted({ subtype: 'burst_pipe' }).refused('complete', REPAIR_BODY.complete, { by }).refused).toBe(
      'not-allowed-now',
    );
  });

  it('takes photos with the resident’s consent alone', () => {
    const play = there({ subtype: 'burst_pipe' });
    const photos = { files: ['f1'] };
    const refusal = { refused: 'photo-consent-required', args: { field: 'files' } };
    expect(play.refused('add-photos', photos, { by })).toEqual(refusal);
    expect(play.refused('complete', { ...REPAIR_BODY.complete, ...photos }, { by })).toEqual(refusal);
    play.do('set-photo-consent', { consent: true }, { by: RESIDENT });
    play.do('add-photos', photos, { by });
    play.do('set-photo-consent', { consent: false }, { by: RESIDENT });
    expect(play.refused('add-photos', photos, { by })).toEqual(refusal);
    play.do('set-photo-consent', { consent: true }, { by });
    play.do('complete', { ...REPAIR_BODY.complete, ...photos }, { by });
    expect(play.all('photos-added').map(({ data }) => data)).toEqual([photos, photos]);
    expect(accepted({ photoConsent: true }).state.photoConsent).toBe(true);
  });

  it('answers an alarm with the first thing that is done', () => {
    const alarm = { subtype: 'lift_entrapment', record: { source: 'alarm' } } as const;
    const called = accepted(alarm);
    called.do('contact', REPAIR_BODY.contact, { by, at: sh('2026-11-23 09:14') });
    expect(outcome(called, 'alarm-response')).toBe('met');
    const left = accepted(alarm);
    left.do('depart', { eta: sh('2026-11-23 09:30') }, { by, at: sh('2026-11-23 09:15:00.001') });
    expect(outcome(left, 'alarm-response')).toBe('late');
  });
});
