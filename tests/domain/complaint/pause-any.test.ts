import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../../domain/instant';
import { elapsed } from '../../../domain/calendar';
import { explain } from '../../../domain/explain';
import { termsOf } from '../../../domain/book';
import type { ComplaintPolicy } from '../../../domain/complaint/policy';
import { BODY, CLERK, POLICY, Play, ROUTINE, SHANGHAI } from '../support';

describe('any pauses', () => {
  const OFFICE = {
    version: '1',
    windows: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [['08:00', '18:00']]])),
    holidays: ['2026-12-31'],
    workdays: [],
  } as const;
  const inOffice: ComplaintPolicy = {
    ...POLICY,
    calendars: { office: OFFICE as never },
    clocks: {
      ...POLICY.clocks,
      routine: {
        ...POLICY.clocks.routine,
        measure: { ...POLICY.clocks.routine.measure!, calendar: 'office', limit: 30 * HOUR },
        resolve: { ...POLICY.clocks.routine.resolve!, limit: 6 * DAY },
      },
    },
  };
  const zones = fc.constantFrom(SHANGHAI, 'Europe/London', 'America/New_York', 'Africa/Cairo', 'Australia/Lord_Howe');
  // Clock changes, ends of months, the leap day.
  const begins = fc.constantFrom('2026-10-30', '2026-03-06', '2026-04-22', '2028-02-27', '2026-12-30', '2026-01-29');
  const steps = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 10 * HOUR }),
      fc.integer({ min: 1, max: 72 * HOUR }),
      fc.option(fc.integer({ min: 0, max: 71 * HOUR })),
    ),
    { minLength: 1, maxLength: 4 },
  );

  it('leave out exactly their time, in hours round the clock and in office hours, over clock changes and month ends', () => {
    fc.assert(
      fc.property(zones, begins, fc.integer({ min: 0, max: 24 * 60 }), steps, (zone, date, minutes, plan) => {
        const play = new Play({
          ...ROUTINE,
          zone,
          policy: inOffice,
          at: Date.parse(`${date}T00:00Z`) + minutes * MINUTE,
        });
        for (const [gap, length, early] of plan) {
          play.wait(gap);
          play.do('pause', BODY.pause(play.now + length));
          if (early !== null && early < length) {
            play.wait(early);
            play.do('resume', {});
          } else play.wait(length);
        }
        for (const id of ['resolve', 'measure', 'part:engineering']) {
          const obligation = play.obligation(id);
          if (obligation.missedAt !== null) continue;
          const terms = termsOf(play.state, obligation);
          const { start, dueAt, limit, pauses } = obligation;
          // An hour of the limit is an hour in which nothing was paused and the calendar ran.
          expect(elapsed(start, dueAt, terms.calendar, zone, pauses)).toBe(limit);
          expect(obligation.dueBase).toBe(dueAt);
          if (!terms.calendar) {
            const paused = pauses.reduce((sum, { from, to }) => sum + Math.min(to!, dueAt) - Math.min(from, dueAt), 0);
            expect(dueAt).toBe(start + limit + paused);
          }
          const { ran } = explain(obligation, terms, play.state.policy);
          expect(ran.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(limit);
          expect(ran.at(-1)?.to).toBe(dueAt);
        }
        // What comes now is missed at its due instant and not before.
        const due = play.obligation('measure');
        play.until(Math.max(play.now, due.dueAt));
        expect(play.obligation('measure').missedAt === null || due.missedAt !== null).toBe(true);
        play.wait(1);
        if (due.missedAt === null) expect(play.obligation('measure').missedAt).toBe(Math.max(due.dueAt + 1, play.now));
      }),
      { numRuns: 25 },
    );
  });

  it('are due as if the system had been up, when it was down over their end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3 * HOUR }),
        fc.integer({ min: 1, max: 10 * HOUR }),
        fc.integer({ min: 0, max: 20 * HOUR }),
        (gap, length, down) => {
          const up = new Play(ROUTINE);
          up.wait(gap);
          up.do('pause', BODY.pause(up.now + length), { by: CLERK });
          const late = new Play(ROUTINE);
          late.wait(gap);
          late.do('pause', BODY.pause(late.now + length), { by: CLERK });
          up.wait(length + down);
          late.downUntil(up.now);
          for (const id of ['measure', 'resolve']) {
            expect(late.obligation(id).dueAt).toBe(up.obligation(id).dueAt);
            expect(late.obligation(id).missedAt === null).toBe(up.obligation(id).missedAt === null);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
