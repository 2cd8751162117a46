import { loadDefaultPolicies, parsePolicy } from '../../common/policy/load';

const { text: GOOD } = loadDefaultPolicies().find(({ id }) => id === 'repair')!;

/** What is wrong | the part that is replaced | by what | path | code | a part of what was expected. */
const MISTAKES = `
an urgent clock that pauses | contact: { limit: 15m } | contact: { limit: 15m, pausable: true } | clocks.urgent.contact.pausable | urgent-clock | false
an alarm that pauses | other: { limit: 20m } | other: { limit: 20m, pausable: true } | alarm.other.pausable | urgent-clock | false
an urgent offer that pauses | urgent: { limit: 2m, | urgent: { pausable: true, limit: 2m, | dispatch.offer.urgent.pausable | urgent-clock | false
a fault whose own clock pauses | arrive: { limit: 15m } | arrive: { limit: 15m, pausable: true } | faults.lift_entrapment.clocks.arrive.pausable | urgent-clock | false
no clock for other alarms | other: { limit: 20m } | power: { limit: 20m } | alarm | missing | "other"
a fault without a post | post: plumbing, department: engineering, vital: true } # 水管爆裂 | department: engineering, vital: true } # 水管爆裂 | faults.burst_pipe.post | missing | a name
a fault of no department | post: general, department: security | post: general, department: guards | faults.gate.department | unknown-name | security
a priority that repairs don't have | category: power, priority: routine, post: electrical, department: engineering } # 更换 | category: power, priority: important, post: electrical, department: engineering } # 更换 | faults.bulb.priority | unknown-name | urgent, routine
a colour that nobody has | vulnerable: [red | vulnerable: [pink | vulnerable[0] | unknown-name | red
callbacks that end before they begin | to: '20:00' | to: '08:59' | callback.to | wrong-order | 09:00
more days than attempts | days: 2 # | days: 4 # | callback.days | contradiction | 3 attempts
attempts without an end | attempts: 3 # | attempts: 21 # | callback.attempts | out-of-range | 1 to 20
a finding of one fault | recurrence: { count: 3 | recurrence: { count: 1 | recurrence.count | out-of-range | 2 to 100
no callback | callback: | recall: | callback | missing | a mapping
a dispatch without its limit | dispatch: { limit: 30m, owedBy | dispatch: { owedBy | clocks.routine.dispatch.limit | missing | a duration`
  .trim()
  .split('\n')
  .map((line) => line.split(' | '));

describe('a mistake in a repair policy', () => {
  it('is none in the default policy', () => {
    expect(parsePolicy(GOOD, 'p.yaml')).toMatchObject({ ok: true, policy: { id: 'repair' } });
  });

  it.each(MISTAKES)('%s', (_what, from = '', to = '', path, code, expected = '') => {
    expect(GOOD).toContain(from);
    const parsed = parsePolicy(
      GOOD.replace(from, () => to),
      'p.yaml',
    );
    const issues = parsed.ok ? [] : parsed.issues;
    expect(issues.filter((issue) => issue.code !== 'unknown-key')).toMatchObject([{ file: 'p.yaml', path, code }]);
    expect(issues.find((issue) => issue.path === path)?.expected).toContain(expected);
  });
});
