import fc from 'fast-check';
import type { Role } from '../../domain/actor';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { isNight, nextRung, rungToTell } from '../../domain/ladder';
import type { Ladder } from '../../domain/policy';
import { DUE, TERMS, obligationOf } from './made';
import { POLICY, Play, ROUTINE, SHANGHAI, URGENT, sh } from './support';

const LADDER = POLICY.ladders['default']!;

/** `HH:MM:SS rung role cause` of every escalation of an obligation. */
const climbed = (play: Play, id: string) =>
  play.all('escalated').flatMap(({ at, data }) => {
    if (data.obligation !== id) return [];
    const local = new Date(at + 8 * HOUR).toISOString().slice(11, 23);
    return [`${local} ${data.rung} ${data.role} ${data.cause}`];
  });

describe('the night rule', () => {
  const at = (time: string) => sh(`2026-11-23 ${time}`);

  it('begins at 22:00 and ends at 07:00, over midnight', () => {
    const night = ['21:59:59.999', '22:00', '23:59', '00:00', '06:59:59.999', '07:00', '12:00'];
    expect(night.map((time) => isNight(LADDER, at(time), SHANGHAI))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    const siesta: Ladder = { ...LADDER, night: { from: '13:00', to: '15:00', startAt: 'manager' } };
    expect(['12:59', '13:00', '14:59', '15:00', '23:00'].map((time) => isNight(siesta, at(time), SHANGHAI))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it('starts urgent matters at the duty manager, others at the first rung', () => {
    const tell = (urgent: boolean, wanted: number, time: string) =>
      rungToTell(wanted, obligationOf({ urgent }), LADDER, at(time), SHANGHAI);
    expect([tell(true, 0, '23:00'), tell(true, 1, '02:00'), tell(true, 3, '02:00')]).toEqual([2, 2, 3]);
    expect([tell(false, 0, '23:00'), tell(true, 0, '07:00')]).toEqual([0, 0]);
    expect(tell(true, 9, '23:00')).toBe(4);
  });

  it('holds for a played case, by the clock of its own zone', () => {
    const play = new Play({ ...URGENT, at: sh('2026-11-23 21:50') });
    play.until(sh('2026-11-23 22:30'));
    expect(climbed(play, 'acknowledge')).toEqual([
      '22:05:00.001 2 duty_manager missed',
      '22:10:00.001 3 manager unacknowledged',
      '22:15:00.001 4 general_manager unacknowledged',
    ]);
    const routine = new Play({ ...ROUTINE, at: sh('2026-11-23 21:50') });
    routine.until(sh('2026-11-23 23:50:00.001'));
    expect(climbed(routine, 'acknowledge')).toEqual(['23:50:00.001 0 department_head missed']);
    // 22:05 in Shanghai is 14:05 in London.
    const london = new Play({ ...URGENT, at: sh('2026-11-23 21:50'), zone: 'Europe/London' });
    london.until(sh('2026-11-23 22:05:00.001'));
    expect(climbed(london, 'acknowledge')).toEqual(['22:05:00.001 0 department_head missed']);
  });

  it('holds for every clock of a case that was raised to urgent', () => {
    const play = new Play(ROUTINE);
    const raised = {
      subtype: 'power_cut',
      type: null,
      priority: null,
      departments: null,
      reason: { ref: 'r', digest: 'd' },
    };
    play.do('reclassify', raised, { at: sh('2026-11-23 10:00') });
    expect(play.open().map((id) => [id, play.obligation(id).urgent])).toEqual(play.open().map((id) => [id, true]));
  });
});

describe('any ladder', () => {
  const ROLES: readonly Role[] = [
    'department_head',
    'senior_cs_supervisor',
    'duty_manager',
    'manager',
    'general_manager',
  ];
  const ladders = fc
    .tuple(
      fc.array(fc.option(fc.integer({ min: 1, max: 80 })), { minLength: 0, maxLength: 4 }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
    )
    .map(([steps, gap, patience, urgentPatience]): Ladder => {
      let sum = 0;
      const after = [0, ...steps.map((step) => (step === null ? null : (sum += step) / 100))];
      return {
        rungs: after.map((fraction, index) => ({ role: ROLES[index]!, after: fraction })),
        copy: [],
        gap: gap * MINUTE,
        acknowledgeWithin: (gap + patience) * MINUTE,
        acknowledgeUrgentWithin: (gap + urgentPatience) * MINUTE,
        night: { from: '22:00', to: '07:00', startAt: ROLES[Math.min(2, after.length - 1)]! },
      };
    });

  it('is climbed upwards only, rung by rung apart, never before its time, and ends', () => {
    fc.assert(
      fc.property(
        ladders,
        fc.boolean(),
        fc.array(fc.nat({ max: 40 }), { maxLength: 5 }),
        (ladder, urgent, reactions) => {
          const policy = { ...POLICY, ladders: { default: ladder } };
          const play = new Play({ ...(urgent ? URGENT : ROUTINE), policy });
          const { dueAt, limit } = play.obligation('acknowledge');
          for (const minutes of reactions) {
            play.wait(minutes * MINUTE);
            const owed = play.obligation('acknowledge');
            if (owed.escalations.every((e) => e.acknowledgedAt !== undefined)) continue;
            play.do('acknowledge-escalation', { obligation: 'acknowledge' });
          }
          play.until(dueAt + DAY);
          const told = play.all('escalated').filter(({ data }) => data.obligation === 'acknowledge');
          expect(told[0]).toMatchObject({ at: dueAt + 1, data: { cause: 'missed' } });
          for (const [index, { at, data }] of told.entries()) {
            const before = told[index - 1];
            const fraction = ladder.rungs[data.rung]!.after;
            if (!before) continue;
            expect(data.rung).toBeGreaterThan(before.data.rung);
            // A miss is told one millisecond after the due instant from which the plan counts.
            expect(at - before.at).toBeGreaterThanOrEqual(ladder.gap - 1);
            if (data.cause === 'time') expect(at).toBeGreaterThanOrEqual(dueAt + Math.round((fraction ?? 0) * limit));
            if (data.cause === 'unacknowledged') {
              expect(at - before.at).toBe(urgent ? ladder.acknowledgeUrgentWithin : ladder.acknowledgeWithin);
            }
          }
          expect(
            play.all('ladder-exhausted').filter(({ data }) => data.obligation === 'acknowledge').length,
          ).toBeLessThan(2);
          expect(nextRung(play.obligation('acknowledge'), { ...TERMS, ladder })).toBeNull();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has no next rung for what is not escalated', () => {
    expect(nextRung(obligationOf({ overdue: true, missedAt: DUE + 1 }), { ...TERMS, ladder: null })).toBeNull();
  });
});
