import fc from 'fast-check';
import type { Calendar } from '../../domain/calendar';
import { termsOf } from '../../domain/book';
import { explain } from '../../domain/explain';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { instantAt } from '../../domain/obligation';
import { TERMS, obligationOf } from './made';
import { BODY, IMPORTANT, MANAGER, MONDAY_9, POLICY, Play, RESIDENT, ROUTINE, SHANGHAI, sh, text } from './support';

const explained = (play: Play, id: string) =>
  explain(play.obligation(id), termsOf(play.state, play.obligation(id)), POLICY);
const sum = (ran: readonly { from: number; to: number }[]) =>
  ran.reduce((length, { from, to }) => length + to - from, 0);

const OFFICE: Calendar = {
  version: 'office-3',
  windows: {
    '1': [
      ['08:00', '12:00'],
      ['13:00', '18:00'],
    ],
    '2': [['08:00', '18:00']],
    '6': [['00:00', '24:00']],
  },
  holidays: ['2026-11-30'],
  workdays: ['2026-11-29'],
};

describe('why something is due when it is', () => {
  it('is one stretch round the clock', () => {
    const play = new Play(ROUTINE);
    expect(explained(play, 'measure')).toEqual({
      obligation: 'measure',
      kind: 'measure',
      policy: { id: 'complaint', version: 7 },
      priorityReason: null,
      calendar: null,
      zone: SHANGHAI,
      start: MONDAY_9,
      limit: 4 * HOUR,
      ran: [{ from: MONDAY_9, to: MONDAY_9 + 4 * HOUR }],
      pauses: [],
      moves: [],
      dueBase: MONDAY_9 + 4 * HOUR,
      dueAt: MONDAY_9 + 4 * HOUR,
    });
  });

  it('leaves the pauses out, and knows no due instant while one is open', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-23 15:00')), { at: sh('2026-11-23 10:00') });
    expect(explained(play, 'measure')).toMatchObject({
      dueAt: null,
      ran: [{ from: MONDAY_9, to: sh('2026-11-23 10:00') }],
      pauses: [{ from: sh('2026-11-23 10:00'), to: null }],
    });
    play.until(sh('2026-11-23 15:00'));
    expect(explained(play, 'measure')).toMatchObject({
      dueAt: sh('2026-11-23 18:00'),
      ran: [
        { from: MONDAY_9, to: sh('2026-11-23 10:00') },
        { from: sh('2026-11-23 15:00'), to: sh('2026-11-23 18:00') },
      ],
      moves: [{ cause: 'pause', by: 'system' }],
    });
  });

  it('names each move with its cause and who did it', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(sh('2026-11-27 12:00')));
    play.do('owner-answer', BODY.accept, { by: RESIDENT });
    play.do('extend', { dueAt: sh('2026-11-28 09:00'), reason: text('r') }, { by: MANAGER });
    expect(explained(play, 'resolve').moves).toEqual([
      {
        cause: 'plan-confirmed',
        at: play.now,
        by: RESIDENT.id,
        old: sh('2026-11-24 09:00'),
        new: sh('2026-11-27 12:00'),
      },
    ]);
    expect(explained(play, 'close')).toMatchObject({
      dueBase: sh('2026-11-25 09:00'),
      dueAt: sh('2026-11-28 09:00'),
      limit: 5 * DAY,
      moves: [{ cause: 'extended', by: MANAGER.id }],
    });
    for (const id of ['resolve', 'close']) expect(sum(explained(play, id).ran)).toBe(explained(play, id).limit);
  });

  it('cuts at the edges of the calendar’s windows', () => {
    const terms = { ...TERMS, calendar: OFFICE };
    const limit = 10 * HOUR;
    const dueAt = instantAt(obligationOf({ limit }), limit, terms)!;
    const obligation = obligationOf({ limit, dueAt, calendar: 'office', calendarVersion: OFFICE.version });
    const { ran, calendar } = explain(obligation, terms, POLICY);
    expect(calendar).toEqual({ name: 'office', version: 'office-3' });
    expect(ran).toEqual([
      { from: sh('2026-11-23 09:00'), to: sh('2026-11-23 12:00') },
      { from: sh('2026-11-23 13:00'), to: sh('2026-11-23 18:00') },
      { from: sh('2026-11-24 08:00'), to: sh('2026-11-24 10:00') },
    ]);
  });

  it('always gives the due instant again: the stretches are the limit, and the last ends there', () => {
    const zones = fc.constantFrom(SHANGHAI, 'Europe/London', 'America/New_York', 'Africa/Cairo', 'Australia/Lord_Howe');
    const begins = fc.constantFrom('2026-10-24', '2026-03-28', '2026-11-01', '2026-04-23', '2028-02-28', '2026-12-31');
    const pauses = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 * HOUR }), fc.integer({ min: 0, max: 72 * HOUR })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        zones,
        begins,
        fc.nat(24 * 60),
        fc.integer({ min: 1, max: 9 * DAY }),
        pauses,
        fc.boolean(),
        (zone, begin, minutes, limit, lengths, inOffice) => {
          const start = Date.parse(`${begin}T00:00Z`) + minutes * MINUTE;
          let at = start;
          const stops = lengths.map(([gap, length]) => {
            const from = at + gap;
            at = from + length;
            return { from, to: at };
          });
          const terms = { zone, calendar: inOffice ? OFFICE : null, ladder: null };
          const whole = obligationOf({ start, limit, pauses: stops });
          const dueAt = instantAt(whole, limit, terms)!;
          const { ran } = explain({ ...whole, dueAt }, terms, POLICY);
          expect(sum(ran)).toBe(limit);
          expect(ran.at(-1)!.to).toBe(dueAt);
          for (const [index, { from, to }] of ran.entries()) {
            expect(to).toBeGreaterThan(from);
            expect(from).toBeGreaterThanOrEqual(index === 0 ? start : ran[index - 1]!.to);
            expect(stops.every((stop) => stop.to <= from || stop.from >= to)).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
