import { loadDefaultPolicies, parsePolicy, PolicyFileError } from '../../common/policy/load';
import { formatIssue, type PolicyIssue } from '../../common/policy/issues';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { text: GOOD } = loadDefaultPolicies()[0]!;

/** The default policy with one part of its text replaced; the part must be there. */
function changed(part: string, by: string): string {
  if (!GOOD.includes(part)) throw new Error(`the default policy has no ${part}`);
  return GOOD.replace(part, () => by);
}

function issuesOf(text: string): readonly PolicyIssue[] {
  const parsed = parsePolicy(text, 'p.yaml');
  return parsed.ok ? [] : parsed.issues;
}

/** Line of the first place where the part stands. */
function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

const ACKNOWLEDGE = 'acknowledge: { limit: 15m }';

/**
 * What is wrong | the part of the default policy that is replaced | by what | and the one issue that must follow: its
 * path | its code | a part of what was expected. `⏎` is a new line.
 */
const MISTAKES = `
a unit that is none | A15 | acknowledge: { limit: 15min } | clocks.urgent.acknowledge.limit | wrong-format | 15m, 2h or 30d
a number without unit | A15 | acknowledge: { limit: 15 } | clocks.urgent.acknowledge.limit | wrong-type | 15m, 2h or 30d
a limit of nothing | A15 | acknowledge: { limit: 0m } | clocks.urgent.acknowledge.limit | wrong-format | from 1m
a limit too long | lateEntryMax: 30d | lateEntryMax: 366d | lateEntryMax | out-of-range | 365d
a missing limit | A15 | acknowledge: {} | clocks.urgent.acknowledge.limit | missing | a duration
an empty value | lateEntryMax: 30d | lateEntryMax: | lateEntryMax | wrong-type | a duration
a missing clock | A15 | # | clocks.urgent.acknowledge | missing | limit
an unknown clock | A15 | A15⏎    acknowlege: { limit: 15m } | clocks.urgent.acknowlege | unknown-key | acknowledge
an unknown key | A15 | acknowledge: { limit: 15m, lader: default } | clocks.urgent.acknowledge.lader | unknown-key | ladder
an unknown section | lateEntryMax: 30d | lateEntryMax: 30d⏎lateEntry: 30d | lateEntry | unknown-key | lateEntryMax
a key that is no word | lateEntryMax: 30d | lateEntryMax: 30d⏎__proto__: {} | __proto__ | bad-key | a plain word
a paused urgent clock | A15 | acknowledge: { limit: 15m, pausable: true } | clocks.urgent.acknowledge.pausable | urgent-clock | false
an urgent clock with a calendar | A15 | acknowledge: { limit: 15m, calendar: office } | clocks.urgent.acknowledge.calendar | urgent-clock | 24 × 7
a paused outage update | outageUpdate: { limit: 60m } | outageUpdate: { limit: 60m, pausable: true } | outageUpdate.pausable | urgent-clock | false
an unknown calendar | survey: { limit: 2h | survey: { calendar: offices, limit: 2h | clocks.important.survey.calendar | unknown-name | none, office
an unknown ladder | ladder: default | ladder: defualt | defaults.ladder | unknown-name | none, default
an unknown debtor | owedBy: manager | owedBy: boss | ownerDecision.owedBy | unknown-name | general_manager
a machine that owes | owedBy: manager | owedBy: system | ownerDecision.owedBy | unknown-name | manager
warn points that fall | warn: [0.5, 0.8] | warn: [0.8, 0.5] | defaults.warn[1] | wrong-order | ascending
a warn point at the end | warn: [0.5, 0.8] | warn: [0.5, 1] | defaults.warn[1] | out-of-range | below 1
a warn point in words | warn: [0.5, 0.8] | warn: [0.5, 80%] | defaults.warn[1] | wrong-type | a fraction
a reminder after the end | limit: 96h | limit: 72h | ownerConfirm.remind | contradiction | before the limit
reminders without number | times: 3 | times: 0 | ownerConfirm.remind.times | out-of-range | 1 to 100
half a reminder | times: 3 | times: 1.5 | ownerConfirm.remind.times | wrong-type | a whole number
a clock behind its case | resolve: { limit: 24h } | resolve: { limit: 49h } | clocks.urgent.resolve.limit | contradiction | close, 48 h
no time of day | dueAt: '17:00' | dueAt: '17:60' | progress.dueAt | wrong-format | "23:59"
a reminder after the due time | dueAt: '17:00' | dueAt: '15:59' | progress.dueAt | wrong-order | 16:00
a calendar for the daily update | dueAt: '17:00' | dueAt: '17:00'⏎  calendar: office | progress.calendar | unknown-key | remindAt
no reason to pause | reasons: [waiting-for-resident, waiting-for-outside, weather] | reasons: [] | pause.reasons | out-of-range | 1 at least
a reason in words | weather] | Bad weather] | pause.reasons[2] | wrong-format | lower-case
a reason twice | weather] | waiting-for-resident] | pause.reasons[2] | repeated | once
a rung out of order | after: 0.5 } | after: 0.25 } | ladders.default.rungs[2].after | wrong-order | more than 0.25
a first rung that waits | after: 0 } | after: 0.1 } | ladders.default.rungs[0].after | wrong-order | at the miss
a rung in words | after: silence | after: later | ladders.default.rungs[4].after | wrong-format | silence
a role on two rungs | role: manager, after | role: duty_manager, after | ladders.default.rungs[3].role | repeated | one rung
a rung of nobody | role: manager, after | role: maneger, after | ladders.default.rungs[3].role | unknown-name | manager
a night off the ladder | startAt: duty_manager | startAt: finance | ladders.default.night.startAt | unknown-name | on one of the rungs
a night without length | to: '07:00', startAt | to: '22:00', startAt | ladders.default.night.to | contradiction | begins
a calendar named none | office: # | none: # | calendars.none | bad-key | none
a window that ends first | monday: ['07:00-22:00'] | monday: ['22:00-07:00'] | calendars.office.windows.monday[0] | wrong-format | ending after
windows that overlap | monday: ['07:00-22:00'] | monday: ['07:00-12:00', '11:00-22:00'] | calendars.office.windows.monday[1] | wrong-order | overlap
an unknown weekday | monday: [ | monnday: [ | calendars.office.windows.monnday | unknown-key | monday
a date that is none | holidays: [] | holidays: ['2027-02-30'] | calendars.office.holidays[0] | wrong-format | 2027-02-06
an unknown level | urgent: major | urgent: higher | levels.urgent | unknown-name | ordinary, medium, major
nobody who may close | major: [senior_cs_supervisor, department_head, duty_manager, manager, general_manager] | major: [] | mayClose.major | out-of-range | 1 at least
an unknown priority | lighting: { type: facility, priority: routine | lighting: { type: facility, priority: general | classification.lighting.priority | unknown-name | urgent, important, routine
an unknown type | lighting: { type: facility | lighting: { type: facilities | classification.lighting.type | unknown-name | facility, service, fee, other
an unknown department | departments: [security] | departments: [order] | classification.guard_absent.departments[0] | unknown-name | security
a subtype in capitals | lighting: { | Lighting: { | classification.Lighting | bad-key | lower-case
a subtype twice | lighting: { | noise: { | classification.noise | duplicate-key | once
an outside test without its clock | lighting: { | lighting: { outsideTest: true, | classification.lighting.outsideTest | contradiction | test-result
a flag in words | outsideTest: true | outsideTest: yes | classification.noise.outsideTest | wrong-type | true or false
an unknown family | policy: complaint | policy: complaints | policy | unknown-family | complaint
no family | policy: complaint | family: complaint | policy | missing | complaint`
  .trim()
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll('A15', ACKNOWLEDGE).replaceAll('⏎', '\n')));

describe('a mistake in a policy file', () => {
  it('is none in the default policy', () => {
    expect(parsePolicy(GOOD, 'p.yaml')).toMatchObject({ ok: true, policy: { id: 'complaint' } });
  });

  it.each(MISTAKES)('%s', (_what, from = '', to = '', path, code, expected) => {
    const text = changed(from, to);
    const [issue, ...others] = issuesOf(text);
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ file: 'p.yaml', path, code });
    expect(issue?.expected).toContain(expected);
    expect(issue?.message).toContain(issue?.expected);
  });

  it('is shown where it stands', () => {
    const text = changed(ACKNOWLEDGE, 'acknowledge: { limit: 15min }');
    const line = lineOf(text, '15min');
    expect(issuesOf(text).map(formatIssue)).toEqual([
      `p.yaml:${line}:27 clocks.urgent.acknowledge.limit: ` +
        'expected a duration from 1m to 365d, like 15m, 2h or 30d, but found "15min"',
    ]);
  });

  it('is shown at the key it is missing under', () => {
    const text = changed(ACKNOWLEDGE, 'acknowledge: {}');
    expect(issuesOf(text)[0]).toMatchObject({ line: lineOf(text, 'acknowledge: {}'), column: 5 });
  });

  it.each([
    ['ladder: default', 'ladder: defualt', '(did you mean "default"?)'],
    ['lateEntryMax: 30d', 'lateEntryMax: 30d\nlateEntriMax: 30d', '(did you mean "lateEntryMax"?)'],
    ['policy: complaint', 'policy: complaints', '(did you mean "complaint"?)'],
  ])('suggests what was meant for "%s"', (from, to, suggestion) => {
    expect(issuesOf(changed(from, to))[0]?.message).toContain(suggestion);
  });

  it('suggests nothing for what is nothing like it', () => {
    expect(issuesOf(changed('ladder: default', 'ladder: xyz'))[0]?.message).not.toContain('did you mean');
  });

  it('does not hide another one: all are reported at once, in the order of the file', () => {
    const text = changed(ACKNOWLEDGE, 'acknowledge: { limit: 15min, calender: none }')
      .replace('role: manager, after', 'role: boss, after')
      .replace('  lighting:', '  noise:')
      .replace('cap: 72h', 'cap: 3');
    expect(issuesOf(text).map(({ path, code }) => [path, code])).toEqual([
      ['clocks.urgent.acknowledge.limit', 'wrong-format'],
      ['clocks.urgent.acknowledge.calender', 'unknown-key'],
      ['pause.cap', 'wrong-type'],
      ['ladders.default.rungs[3].role', 'unknown-name'],
      ['classification.noise', 'duplicate-key'],
    ]);
  });

  it.each([
    ['a rest day that is worked and not', "'07:00-22:00'", '2027-02-06', 'calendars.office.workdays[0]'],
    ['workdays without hours', '', '2027-02-08', 'calendars.office.windows'],
  ])('%s', (_what, monday, workday, path) => {
    const text = changed("monday: ['07:00-22:00']", `monday: [${monday}]`)
      .replace('holidays: []', "holidays: ['2027-02-06']")
      .replace('workdays: []', `workdays: ['${workday}']`);
    expect(issuesOf(text)).toMatchObject([{ path, code: 'contradiction' }]);
  });

  it('misses the department that coordinates the others', () => {
    const [first, ...others] = issuesOf(changed('[customer_service, engineering, security', '[engineering, security'));
    expect(first).toMatchObject({ path: 'departments', code: 'missing' });
    expect(new Set(others.map(({ code }) => code))).toEqual(new Set(['unknown-name']));
  });

  it('names a type that no subtype has', () => {
    const text = GOOD.replaceAll('type: fee,', 'type: other,');
    expect(issuesOf(text)).toMatchObject([
      { path: 'classification', code: 'missing', expected: 'one subtype of type fee at least' },
    ]);
  });
});

describe('a text that is no policy', () => {
  it.each([
    ['nothing', '', 'wrong-type'],
    ['a word', 'policy', 'wrong-type'],
    ['a list', '- policy', 'wrong-type'],
    ['broken YAML', 'policy: [complaint', 'yaml-syntax'],
    ['two documents', 'policy: complaint\n---\npolicy: complaint', 'yaml-syntax'],
    ['a tag that builds objects', 'policy: !!js/function "() => 1"', 'yaml-syntax'],
    ['an anchor that nobody set', 'policy: *nowhere', 'yaml-syntax'],
    ['an anchor in itself', 'policy: complaint\na: &a [*a]', 'unknown-key'],
    ['a very long text', `# ${'x'.repeat(70_000)}`, 'too-large'],
    ['a list as a key', '? [policy]\n: complaint', 'bad-key'],
    ['a bomb of anchors', bomb(), 'too-many-aliases'],
  ])('%s', (_what, text, code) => {
    expect(issuesOf(text).map((issue) => issue.code)).toContain(code);
  });

  it('nested without end', () => {
    for (const text of [
      '['.repeat(60_000),
      '{a: '.repeat(15_000),
      '- '.repeat(30_000),
      `policy: ${'['.repeat(2_000)}`,
    ]) {
      expect(issuesOf(text).length).toBeGreaterThan(0);
    }
  });

  it('may use anchors sensibly', () => {
    const list = 'customer_service, senior_cs_supervisor, department_head, duty_manager, manager, general_manager';
    const text = GOOD.replace(`ordinary: [${list}]`, `ordinary: &desk [${list}]`).replace(
      `medium: [${list}]`,
      'medium: *desk',
    );
    expect(text).toContain('*desk');
    expect(parsePolicy(text, 'p.yaml')).toEqual(parsePolicy(GOOD, 'p.yaml'));
  });
});

describe('a folder of policies', () => {
  it('is refused with the issues of all its files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'policies-'));
    try {
      writeFileSync(join(folder, 'a.yaml'), 'policy: repairs');
      writeFileSync(join(folder, 'b.yaml'), changed('cap: 72h', 'cap: 72'));
      writeFileSync(join(folder, 'README.md'), 'no policy');
      const error = catchError(() => loadDefaultPolicies(folder));
      expect(error).toBeInstanceOf(PolicyFileError);
      expect((error as PolicyFileError).issues.map(({ file, path }) => [file, path])).toEqual([
        ['policies/a.yaml', 'policy'],
        ['policies/b.yaml', 'pause.cap'],
      ]);
      expect((error as PolicyFileError).message).toMatch(
        /^policies\/a\.yaml:1:9 policy: expected .*\npolicies\/b\.yaml:/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function catchError(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Ten lists, each of ten times the one before. */
function bomb(): string {
  const lines = ['policy: complaint', 'a0: &a0 [x]'];
  for (let level = 1; level < 10; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return lines.join('\n');
}
