import { join } from 'node:path';
import { FRONT_DESK, SUPERVISORS } from '../../domain/actor';
import { COMPLAINT_CLOCKS } from '../../domain/complaint/policy';
import type { ClockRule } from '../../domain/policy';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import { installedFolder, loadDefaultPolicies } from '../../common/policy/load';

/** The numbers of policies.md and requirements.md section 1, typed by hand. */
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const [complaint] = loadDefaultPolicies();
const policy = complaint!.policy as Omit<ComplaintPolicy, 'version'>;

const limits = (clocks: Readonly<Record<string, ClockRule | undefined>>) =>
  Object.fromEntries(Object.entries(clocks).map(([kind, rule]) => [kind, rule?.limit]));
const pausable = (clocks: Readonly<Record<string, ClockRule | undefined>>) =>
  Object.entries(clocks).flatMap(([kind, rule]) => (rule?.pausable ? [kind] : []));

const everyRule: [string, ClockRule][] = [
  ...Object.entries(policy.clocks).flatMap(([column, clocks]) =>
    Object.entries(clocks).map(([kind, rule]): [string, ClockRule] => [`${column} ${kind}`, rule]),
  ),
  ['owner-confirm', policy.ownerConfirm.rule],
  ['owner-decision', policy.ownerDecision.rule],
  ['progress', policy.progress.rule],
  ['outage-update', policy.outageUpdate.rule],
  ['part', policy.part.rule],
  ['promise', policy.promise.rule],
];

describe('the default complaint policy', () => {
  it('comes with the others, and is found from the sources and from dist/', () => {
    expect(loadDefaultPolicies().map(({ id, file }) => [id, file])).toEqual([
      ['complaint', 'policies/complaint.yaml'],
      ['consultation', 'policies/consultation.yaml'],
      ['dispute', 'policies/dispute.yaml'],
      ['repair', 'policies/repair.yaml'],
      ['standard-revision', 'policies/standard-revision.yaml'],
    ]);
    const root = join(__dirname, '..', '..');
    const folder = join(root, 'policies');
    expect(installedFolder('policies', join(root, 'common', 'policy'))).toBe(folder);
    expect(installedFolder('policies', join(root, 'dist', 'common', 'policy'))).toBe(folder);
    expect(() => installedFolder('no-such-folder')).toThrow('no-such-folder');
  });

  it('has the limits of policies.md "Complaint"', () => {
    expect(limits(policy.clocks.urgent)).toEqual({ acknowledge: 15 * MINUTE, resolve: 24 * HOUR, close: 48 * HOUR });
    expect(limits(policy.clocks.important)).toEqual({
      acknowledge: 2 * HOUR,
      survey: 2 * HOUR,
      plan: 24 * HOUR,
      resolve: 24 * HOUR,
      'test-result': 72 * HOUR,
      close: 48 * HOUR,
    });
    expect(limits(policy.clocks.routine)).toEqual({
      acknowledge: 2 * HOUR,
      measure: 4 * HOUR,
      resolve: 24 * HOUR,
      close: 48 * HOUR,
    });
    expect(limits(policy.clocks.unclassified)).toEqual({
      classify: 15 * MINUTE,
      acknowledge: 2 * HOUR,
      close: 48 * HOUR,
    });
    const kinds = Object.values(policy.clocks).flatMap((clocks) => Object.keys(clocks));
    expect(new Set(kinds)).toEqual(new Set(COMPLAINT_CLOCKS));
  });

  it('runs round the clock everywhere', () => {
    expect(everyRule.filter(([, rule]) => rule.calendar !== null)).toEqual([]);
  });

  it('lets a pause stop neither an urgent clock nor acknowledge nor close', () => {
    expect(pausable(policy.clocks.unclassified)).toEqual([]);
    expect(pausable(policy.clocks.urgent)).toEqual([]);
    expect(pausable(policy.clocks.important)).toEqual(['survey', 'plan', 'resolve', 'test-result']);
    expect(pausable(policy.clocks.routine)).toEqual(['measure', 'resolve']);
    expect(
      everyRule
        .slice(-6)
        .filter(([, rule]) => rule.pausable)
        .map(([kind]) => kind),
    ).toEqual(['part']);
  });

  it('reminds the owner at 24, 48 and 72 h, and gives the manager the decision a day later', () => {
    expect(policy.ownerConfirm.rule).toEqual({
      limit: 96 * HOUR,
      calendar: null,
      warn: [],
      pausable: false,
      ladder: null,
      owedBy: { as: 'resident' },
      remind: { every: 24 * HOUR, times: 3 },
    });
    expect(policy.ownerDecision.rule).toMatchObject({
      limit: 24 * HOUR,
      owedBy: { as: 'role', role: 'manager' },
      ladder: 'default',
    });
  });

  it('warns at 50 % and 80 % and climbs the default ladder, but for the owner and the daily update', () => {
    const unwarned = everyRule.filter(([, rule]) => rule.warn.length === 0).map(([kind]) => kind);
    expect(unwarned).toEqual(['owner-confirm', 'progress']);
    for (const [kind, rule] of everyRule) {
      if (!unwarned.includes(kind)) expect([kind, rule.warn]).toEqual([kind, [0.5, 0.8]]);
      const ladder = kind === 'owner-confirm' ? null : kind === 'part' ? 'department' : 'default';
      expect([kind, rule.ladder]).toEqual([kind, ladder]);
    }
  });

  it('has the daily update at 17:00 with its reminder at 16:00, and hourly outage updates', () => {
    expect(policy.progress).toMatchObject({
      remindAt: '16:00',
      dueAt: '17:00',
      rule: { limit: HOUR, pausable: false },
    });
    expect(policy.outageUpdate.rule).toMatchObject({ limit: 60 * MINUTE, calendar: null, pausable: false });
  });

  it('has departments, parts, promises, pauses, reopenings and late entries as the spec says', () => {
    expect(policy.departments).toEqual(['customer_service', 'engineering', 'security', 'finance']);
    expect(policy.part.rule).toMatchObject({ limit: 24 * HOUR, owedBy: { as: 'department' }, pausable: true });
    expect(policy.promise.rule).toMatchObject({ limit: 3 * DAY, owedBy: { as: 'owner' }, pausable: false });
    expect(policy.pause).toEqual({
      reasons: ['waiting-for-resident', 'waiting-for-outside', 'weather'],
      cap: 72 * HOUR,
    });
    expect(policy.reopen).toEqual({ within: 30 * DAY, managerFrom: 3 });
    expect(policy.lateEntryMax).toBe(30 * DAY);
  });

  it('has the ladder of policies.md "Ladder"', () => {
    expect(Object.keys(policy.ladders)).toEqual(['default', 'department']);
    expect(policy.ladders.default).toEqual({
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

  it('offers the hours of K12 as a calendar', () => {
    const day = [['07:00', '22:00']];
    const windows = { '1': day, '2': day, '3': day, '4': day, '5': day, '6': day, '7': day };
    expect(policy.calendars).toEqual({ office: { version: '1', windows, holidays: [], workdays: [] } });
  });

  it('gives levels and authority (K8, ORG-002)', () => {
    expect(policy.levelOf).toEqual({ urgent: 'major', important: 'medium', routine: 'ordinary' });
    expect(policy.mayClose).toEqual({ ordinary: FRONT_DESK, medium: FRONT_DESK, major: SUPERVISORS });
  });

  it.each([
    // CMP-026, K24
    ['lift_entrapment', 'facility', 'urgent', ['engineering']],
    ['water_cut', 'facility', 'urgent', ['engineering']],
    ['power_cut', 'facility', 'urgent', ['engineering']],
    ['burst_pipe', 'facility', 'urgent', ['engineering']],
    ['leak', 'facility', 'urgent', ['engineering']],
    // CMP-029
    ['noise', 'other', 'important', ['engineering']],
    ['repeated_failure', 'facility', 'important', ['engineering']],
    // CMP-020
    ['lift', 'facility', 'important', ['engineering']],
    ['lift_noise', 'facility', 'important', ['engineering']],
    ['lighting', 'facility', 'routine', ['engineering']],
    // CMP-021, CMP-032, CMP-045, CMP-104
    ['cleaning', 'service', 'routine', ['customer_service']],
    ['guard_absent', 'service', 'routine', ['security']],
    ['attitude', 'service', 'routine', ['customer_service']],
    ['rubbish_removal', 'service', 'routine', ['customer_service']],
    ['wrong_notice', 'service', 'routine', ['customer_service']],
    ['parking_occupied', 'service', 'routine', ['security']],
    ['parking_shortage', 'service', 'routine', ['security', 'engineering']],
    // CMP-022
    ['property_fee', 'fee', 'routine', ['finance']],
    ['shared_utilities', 'fee', 'routine', ['finance']],
    ['parking_fee', 'fee', 'routine', ['finance']],
    // CMP-023
    ['neighbour_dispute', 'other', 'routine', ['customer_service']],
    ['activity_suggestion', 'other', 'routine', ['customer_service']],
  ])('classifies %s as %s, %s', (subtype, type, priority, departments) => {
    const row = policy.classification.find((candidate) => candidate.subtype === subtype);
    expect(row).toEqual({ subtype, type, priority, departments, outsideTest: subtype === 'noise' });
    expect(policy.classification).toHaveLength(22);
  });

  it('is plain JSON, as a workflow carries it', () => {
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });
});
