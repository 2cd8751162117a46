import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JournalEvent } from '../../domain/event';
import {
  attemptsOf,
  EMPTY_TALLY,
  foldTally,
  obligationFact,
  populationOf,
  reportedLocally,
  timersOf,
} from '../../domain/facts';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import type { Obligation } from '../../domain/obligation';
import { CLERK, ENGINEER, joined, MONDAY, PlayedCase, textRef, wholeComplaint } from './played-case';

const live = { source: 'live' } as const;
const imported = { source: 'imported' } as const;
const RESIDENT = { id: 'resident-1', role: 'resident', department: null } as const;

test('folding in parts is folding at once, wherever it is cut', () => {
  const { events } = joined(wholeComplaint('C-FACT-0001'));
  const whole = foldTally(EMPTY_TALLY, events);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: events.length }), { maxLength: 6 }), (cuts) => {
      const edges = [0, ...[...cuts].sort((a, b) => a - b), events.length];
      const step = edges.slice(1).reduce(
        (before, edge, index) => {
          const { tally, ended } = foldTally(before.tally, events.slice(edges[index], edge));
          return { tally, ended: [...before.ended, ...ended] };
        },
        { tally: EMPTY_TALLY, ended: whole.ended.slice(0, 0) },
      );
      expect(step).toEqual(whole);
    }),
  );
});

test('segments follow each other without a gap on every track', () => {
  const { events, snapshot } = joined(wholeComplaint('C-FACT-0002'));
  const { tally, ended } = foldTally(EMPTY_TALLY, events);
  const segments = [...ended, ...tally.running].sort((a, b) => a.seq - b.seq);
  const stages = segments.filter(({ track }) => track === 'stage');
  for (const [index, stage] of stages.entries()) expect(stage.leftAt).toBe(stages[index + 1]?.enteredAt ?? null);
  expect(stages.at(-1)?.name).toBe(snapshot.state.stage);
  const part = segments.filter(({ track }) => track === 'part:engineering');
  expect(part.map(({ name, waitingOn }) => `${name} ${waitingOn}`)).toEqual(['assigned us', 'accepted working']);
  expect(part.at(-1)?.leftAt).toBe(events.find(({ type }) => type === 'part-done')?.at);
});

describe('the tally of a case', () => {
  const open = PlayedCase.open({ no: 'C-FACT-0003' });
  const tallyOf = (events: readonly JournalEvent[]) => foldTally(EMPTY_TALLY, events).tally;

  test('withdrawn by whom; reopened again', () => {
    const byResident = open.played.command('withdraw', { reason: textRef() }, { by: RESIDENT });
    const events = [...open.batch.events, ...byResident.batch.events];
    expect(tallyOf(events)).toMatchObject({ closeReason: 'withdrawn-by-resident' });
    const { running } = tallyOf(events);
    expect(running.map(({ track, name }) => `${track} ${name}`)).toEqual(['stage withdrawn']);
    const byClerk = open.played.command('withdraw', { reason: textRef() }, { by: CLERK });
    expect(tallyOf(byClerk.batch.events)).toMatchObject({ closeReason: 'withdrawn' });
    const reopened = byResident.played.command('reopen', { reason: textRef() });
    expect(tallyOf([...events, ...reopened.batch.events])).toMatchObject({ closeReason: null, completedAt: null });
  });

  test('visits and the first arrival; completion', () => {
    const first = open.played.command('survey', { findings: textRef() }, { by: ENGINEER, after: HOUR });
    const second = first.played.command('survey', { findings: textRef() }, { by: ENGINEER, after: HOUR });
    const tally = tallyOf([...first.batch.events, ...second.batch.events]);
    expect(tally).toMatchObject({ visits: 2, firstArrivedAt: MONDAY + HOUR, firstCompletedAt: null });
    const { events } = joined(wholeComplaint('C-FACT-0004'));
    const resolved = events.find(({ type }) => type === 'resolved')?.at;
    expect(tallyOf(events)).toMatchObject({ firstCompletedAt: resolved, completedAt: resolved });
  });

  test('asked and answered', () => {
    const base = open.batch.events[0] as JournalEvent;
    const asked = { ...base, type: 'satisfaction-asked', data: {}, at: 5 } as JournalEvent;
    const answered = { ...base, type: 'satisfaction-answered', data: { score: 4 }, at: 7 } as JournalEvent;
    const closed = { ...base, type: 'closed', data: {}, at: 8 } as JournalEvent;
    expect(tallyOf([asked, answered, closed])).toMatchObject({
      askedAt: 5,
      score: 4,
      scoredAt: 7,
      closeReason: 'closed',
    });
  });
});

describe('how an obligation counts', () => {
  const { state } = PlayedCase.open({ no: 'C-FACT-0005' }).played;
  const resolve = state.obligations.resolve as Obligation;
  const at = (asOf: number, more: Partial<Obligation> = {}, record: { source: 'live' | 'imported' } = live) =>
    obligationFact(state, record, { ...resolve, ...more }, asOf);

  test('its local day is that of the base, in the zone of the project', () => {
    const midnight = Date.UTC(2026, 10, 23, 16);
    expect(at(MONDAY, { dueBase: midnight - 1, dueAt: MONDAY })).toMatchObject({
      dueDay: '2026-11-23',
      outcome: 'open',
    });
    expect(at(MONDAY, { dueBase: midnight })).toMatchObject({ dueDay: '2026-11-24' });
  });

  test('in the due millisecond it is met, one later it is late', () => {
    const { dueBase } = resolve;
    const done = { state: 'met', endedAt: dueBase, lateMs: 0 } as const;
    expect(at(dueBase + DAY, done)).toMatchObject({ outcome: 'met', metAt: dueBase });
    expect(at(dueBase + DAY, { ...done, endedAt: dueBase + 1 })).toMatchObject({ outcome: 'late' });
    expect(at(dueBase)).toMatchObject({ outcome: 'open', metAt: null });
    expect(at(dueBase + 1)).toMatchObject({ outcome: 'missed' });
  });

  test('while it is paused it is in no period and not missed, unless it was before', () => {
    const paused = { pauses: [{ from: MONDAY, to: MONDAY + HOUR }, { from: MONDAY + 2 * HOUR }] };
    expect(at(resolve.dueBase + DAY, paused)).toMatchObject({ dueDay: null, outcome: 'open' });
    expect(at(MONDAY + 3 * HOUR, paused).pausedMs).toBe(2 * HOUR);
    expect(at(resolve.dueBase + DAY, { ...paused, missedAt: MONDAY })).toMatchObject({ outcome: 'missed' });
    const ended = { ...paused, state: 'cancelled', endedAt: MONDAY + 3 * HOUR } as const;
    expect(at(MONDAY + 3 * HOUR, ended)).toMatchObject({ dueDay: '2026-11-24', outcome: 'void' });
  });

  test('what was due before an import is void, what came later counts', () => {
    expect(at(MONDAY + DAY, { dueBase: state.receivedAt - 1 }, imported)).toMatchObject({ outcome: 'void' });
    expect(at(MONDAY + DAY, { dueBase: state.receivedAt }, imported)).toMatchObject({ outcome: 'missed' });
    expect(at(MONDAY + DAY, { dueBase: state.receivedAt - 1 })).toMatchObject({ outcome: 'missed' });
  });

  test('whose figures', () => {
    expect(populationOf({ mode: 'live' }, live)).toBe('live');
    expect(populationOf({ mode: 'live' }, imported)).toBe('imported');
    expect(populationOf({ mode: 'drill' }, imported)).toBe('drill');
    expect(populationOf({ mode: 'mystery' }, live)).toBe('mystery');
  });

  test('the local day and hour of the report', () => {
    const inZone = (zone: string, reportedAt: number) =>
      reportedLocally({ ...state, project: { id: 'p', zone }, reportedAt });
    expect(inZone('Asia/Shanghai', MONDAY)).toEqual({ day: '2026-11-23', hour: 9 });
    expect(inZone('America/New_York', MONDAY)).toEqual({ day: '2026-11-22', hour: 20 });
    expect(inZone('Asia/Shanghai', Date.UTC(2026, 10, 22, 16))).toEqual({ day: '2026-11-23', hour: 0 });
  });
});

test('timers of the engine: planned and fired, without what lay before the case came in', () => {
  const { played, batch } = PlayedCase.open({ no: 'C-FACT-0006' });
  const { events } = played.wait(3 * HOUR).batch;
  const timers = timersOf([...batch.events, ...events], played.state);
  expect(timers.length).toBeGreaterThan(2);
  for (const { plannedAt, firedAt } of timers) expect(firedAt).toBeGreaterThanOrEqual(plannedAt);
  expect(timersOf(events, { ...played.state, receivedAt: MONDAY + DAY })).toEqual([]);
});

test('each reminder to the resident is an attempt; those to staff are not', () => {
  const asked = PlayedCase.open({ no: 'C-FACT-0007' })
    .played.command('survey', { findings: textRef() }, { by: ENGINEER })
    .played.command(
      'propose-plan',
      { cause: textRef(), plan: textRef(), finishAt: MONDAY + 9 * DAY },
      { after: MINUTE },
    );
  const { played, batch } = asked.played.wait(2 * DAY + HOUR);
  const attempts = attemptsOf(batch.events, played.state.obligations);
  expect(attempts.map(({ number, of, obligation }) => `${number}/${of} ${obligation}`)).toEqual([
    '1/3 owner-confirm:plan:1',
    '2/3 owner-confirm:plan:1',
  ]);
  const toStaff = Object.fromEntries(
    Object.entries(played.state.obligations).map(([id, o]) => [
      id,
      { ...o, owedBy: { ...o.owedBy, as: 'owner' as const } },
    ]),
  );
  expect(attemptsOf(batch.events, toStaff)).toEqual([]);
});
