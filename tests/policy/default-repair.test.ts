import { loadDefaultPolicies } from '../../common/policy/load';
import type { ClockRule } from '../../domain/policy';
import { REPAIR_CLOCKS, type RepairPolicy } from '../../domain/repair/policy';

/** The numbers of policies.md "Repair" and requirements.md section 1, typed by hand. */
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const policy = loadDefaultPolicies().find(({ id }) => id === 'repair')!.policy as Omit<RepairPolicy, 'version'>;
type Clocks = Readonly<Record<string, ClockRule | undefined>>;
const limits = (clocks: Clocks) =>
  Object.fromEntries(Object.entries(clocks).map(([kind, rule]) => [kind, rule?.limit]));
const pausable = (clocks: Clocks) => Object.entries(clocks).flatMap(([kind, rule]) => (rule?.pausable ? [kind] : []));

describe('the default repair policy', () => {
  it('has the limits of policies.md "Repair"', () => {
    expect(limits(policy.clocks.urgent)).toEqual({ dispatch: 5 * MINUTE, contact: 15 * MINUTE, arrive: 2 * HOUR });
    expect(limits(policy.clocks.routine)).toEqual({ dispatch: 30 * MINUTE, survey: 4 * HOUR, arrive: 24 * HOUR });
    const kinds = Object.values(policy.clocks).flatMap((clocks) => Object.keys(clocks));
    expect(new Set([...kinds, 'alarm-response'])).toEqual(new Set(REPAIR_CLOCKS));
  });

  it('answers alarms in 20 minutes, those of lifts in 15', () => {
    expect(limits(policy.alarm)).toEqual({ lift: 15 * MINUTE, other: 20 * MINUTE });
  });

  it('lets a pause stop only what a routine repair owes on site, and no calendar any of it', () => {
    expect(pausable(policy.clocks.urgent)).toEqual([]);
    expect(pausable(policy.clocks.routine)).toEqual(['survey', 'arrive']);
    expect(pausable(policy.alarm)).toEqual([]);
    const rules = [...Object.values(policy.clocks).flatMap((clocks) => Object.values(clocks)), policy.eta.rule];
    expect(rules.filter((rule) => rule.calendar !== null)).toEqual([]);
    expect(policy.eta.rule.pausable).toBe(false);
  });

  it('has the dispatch owed by the front desk and escalated to the supervisor, the work owed by who has the job', () => {
    for (const { dispatch, arrive } of [policy.clocks.urgent, policy.clocks.routine]) {
      expect(dispatch).toMatchObject({ owedBy: { as: 'role', role: 'customer_service' }, ladder: 'dispatch' });
      expect(arrive).toMatchObject({ owedBy: { as: 'assignee' }, ladder: 'default', warn: [0.5, 0.8] });
    }
    expect(policy.ladders['dispatch']?.rungs[0]).toEqual({ role: 'senior_cs_supervisor', after: 0 });
  });

  it('has offers that fit into the dispatch', () => {
    expect(limits(policy.dispatch!.offer)).toEqual({ urgent: 2 * MINUTE, ordinary: 10 * MINUTE });
    expect(Object.values(policy.dispatch!.offer).map(({ ladder, warn }) => [ladder, warn])).toEqual([
      [null, []],
      [null, []],
    ]);
  });

  it('has the callback of policies.md "Both" and K7', () => {
    expect(policy.callback).toMatchObject({
      rule: { limit: 48 * HOUR, owedBy: { as: 'role', role: 'customer_service' } },
      secondRule: { limit: 48 * HOUR, owedBy: { as: 'role', role: 'senior_cs_supervisor' } },
      from: '09:00',
      to: '20:00',
      attempts: 3,
      days: 2,
    });
  });

  it('has recurrence, pauses, reopenings, late entries and daily updates as the spec says', () => {
    expect(policy.recurrence).toEqual({ count: 3, family: 'standard-revision' });
    expect(policy.pause.cap).toBe(72 * HOUR);
    expect(policy.pause.reasons).toEqual(
      expect.arrayContaining(['waiting-for-resident', 'waiting-for-outside', 'weather']),
    );
    expect(policy.reopen).toEqual({ within: 30 * DAY, managerFrom: 3 });
    expect(policy.lateEntryMax).toBe(30 * DAY);
    expect(policy.progress).toMatchObject({
      remindAt: '16:00',
      dueAt: '17:00',
      rule: { limit: HOUR, pausable: false },
    });
    expect(policy.outageUpdate.rule).toMatchObject({ limit: 60 * MINUTE, calendar: null, pausable: false });
    expect(policy.vulnerable).toEqual(['red', 'yellow']);
  });

  it('has the ladder of policies.md "Ladder"', () => {
    expect(policy.ladders['default']).toEqual({
      rungs: [
        { role: 'department_head', after: 0 },
        { role: 'senior_cs_supervisor', after: 0.25 },
        { role: 'duty_manager', after: 0.5 },
        { role: 'manager', after: 1 },
        { role: 'general_manager', after: null },
      ],
      copy: ['customer_service'],
      gap: 5 * MINUTE,
      acknowledgeWithin: 15 * MINUTE,
      acknowledgeUrgentWithin: 5 * MINUTE,
      night: { from: '22:00', to: '07:00', startAt: 'duty_manager' },
    });
  });

  it.each([
    // REP-011, REP-013, REP-054
    ['burst_pipe', 'water', 'urgent', 'ordinary', 'plumbing', 'engineering'],
    ['leak', 'water', 'urgent', 'ordinary', 'plumbing', 'engineering'],
    ['power_cut', 'power', 'urgent', 'ordinary', 'electrical', 'engineering'],
    ['water_cut', 'water', 'urgent', 'ordinary', 'plumbing', 'engineering'],
    ['lift_entrapment', 'lift', 'urgent', 'major', 'lift', 'engineering'],
    // REP-010
    ['bulb', 'power', 'routine', 'ordinary', 'electrical', 'engineering'],
    ['blocked_pipe', 'water', 'routine', 'ordinary', 'plumbing', 'engineering'],
    // REP-007: cleaning goes to customer service
    ['cleaning', 'cleaning', 'routine', 'ordinary', 'cleaning', 'customer_service'],
  ])('grades %s (%s) as %s, %s, and sends it to %s', (fault, category, priority, level, post, department) => {
    expect(policy.faults.find((row) => row.fault === fault)).toMatchObject({
      category,
      priority,
      level,
      post,
      department,
    });
  });

  it('reaches people in a lift in 15 minutes', () => {
    const own = policy.faults.filter(({ clocks }) => Object.keys(clocks).length > 0);
    expect(own.map(({ fault, clocks }) => [fault, limits(clocks)])).toEqual([
      ['lift_entrapment', { arrive: 15 * MINUTE }],
    ]);
  });

  it('knows lift, power, water and heating as vital', () => {
    const vital = new Set(policy.faults.flatMap((row) => (row.vital ? [row.category] : [])));
    expect(vital).toEqual(new Set(['lift', 'power', 'water', 'heating']));
  });

  it('is plain JSON, as a workflow carries it', () => {
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });
});
