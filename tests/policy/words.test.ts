import { IntlMessageFormat } from 'intl-messageformat';
import { ROLES } from '../../domain/actor';
import { COMPLAINT_CLOCKS } from '../../domain/complaint/policy';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import { CONSULTATION_CLOCKS, type ConsultationPolicy } from '../../domain/consultation/policy';
import { DISPUTE_CLOCKS, type DisputePolicy } from '../../domain/dispute/policy';
import { LEVELS, PRIORITIES } from '../../domain/policy';
import { REPAIR_CLOCKS, type RepairPolicy } from '../../domain/repair/policy';
import { REVISION_CLOCKS, type RevisionPolicy } from '../../domain/standard-revision/policy';
import { loadDefaultPolicies } from '../../common/policy/load';
import { LOCALES, localeAccepted, localeOf, tableOf } from '../../common/words';
import { readDomain } from './domain-source';

const domain = readDomain();
const policies = loadDefaultPolicies();
const policy = policies[0]!.policy as Omit<ComplaintPolicy, 'version'>;
const repairs = policies.find(({ id }) => id === 'repair')!.policy as Omit<RepairPolicy, 'version'>;
const revisions = policies.find(({ id }) => id === 'standard-revision')!.policy as Omit<RevisionPolicy, 'version'>;
const withSubjects = policies.flatMap(({ policy: own }) =>
  'subjects' in own ? [own as Omit<ConsultationPolicy | DisputePolicy, 'version'>] : [],
);
const keys = (locale: (typeof LOCALES)[number]) => Object.keys(tableOf(locale));

/** The names of the arguments that a message uses. */
function argumentsOf(message: string): Set<string> {
  const names = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    // By the parser's table: 0 is literal text, 7 the number sign, everything between an argument.
    const { type, value, options } = node as { type?: number; value?: unknown; options?: object };
    if (typeof value === 'string' && type !== undefined && type > 0 && type < 7) names.add(value);
    for (const option of Object.values(options ?? {})) walk((option as { value: unknown }).value);
  };
  walk(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst());
  return names;
}

const missing = (wanted: Iterable<string>, locale: (typeof LOCALES)[number]) =>
  [...wanted].filter((key) => !Object.hasOwn(tableOf(locale), key));

describe.each(LOCALES)('the words of %s', (locale) => {
  const table = tableOf(locale);

  it('have the keys of every other language', () => {
    for (const other of LOCALES) expect(keys(locale)).toEqual(keys(other));
  });

  it('use the arguments that the other languages use', () => {
    for (const [key, message] of Object.entries(table)) {
      for (const other of LOCALES) {
        expect([key, [...argumentsOf(message)].sort()]).toEqual([key, [...argumentsOf(tableOf(other)[key]!)].sort()]);
      }
    }
  });

  it('are ICU messages without blanks at their ends', () => {
    for (const message of Object.values(table)) {
      expect(() => new IntlMessageFormat(message, locale, undefined, { ignoreTag: true })).not.toThrow();
      expect(message.trim()).toBe(message);
      expect(message).not.toBe('');
    }
  });

  it('name every event of the journal, by fields that it has', () => {
    expect(domain.events.size).toBeGreaterThan(40);
    expect(
      missing(
        [...domain.events.keys()].map((type) => `event.${type}`),
        locale,
      ),
    ).toEqual([]);
    for (const [type, fields] of domain.events) {
      // An obligation brings its own due instant.
      const given = type === 'obligation-opened' ? new Set([...fields, 'dueAt']) : fields;
      const unknown = [...argumentsOf(table[`event.${type}`]!)].filter((name) => !given.has(name));
      expect([type, unknown]).toEqual([type, []]);
    }
  });

  it('name every stage, obligation, purpose of a timer and reason for cancelling', () => {
    for (const code of ['stage.closed', 'obligation.progress', 'purpose.miss', 'end-reason.withdrawn']) {
      expect(domain.codes).toContain(code);
    }
    expect(missing(domain.codes, locale)).toEqual([]);
  });

  it('name every command', () => {
    expect(domain.commands).toContain('acknowledge');
    expect(
      missing(
        domain.commands.map((name) => `command.${name}`),
        locale,
      ),
    ).toEqual([]);
  });

  it('give a reason for every refusal, by arguments that it has', () => {
    expect(domain.refusals.size).toBeGreaterThan(40);
    expect(
      missing(
        [...domain.refusals.keys()].map((code) => `refusal.${code}`),
        locale,
      ),
    ).toEqual([]);
    for (const [code, given] of domain.refusals) {
      const unknown = [...argumentsOf(table[`refusal.${code}`]!)].filter((name) => !given.has(name));
      expect([code, unknown]).toEqual([code, []]);
    }
  });

  it('have a title and a text for every notice, by arguments that it has', () => {
    expect(domain.notices.size).toBeGreaterThan(20);
    expect(
      missing(
        [...domain.notices.keys()].flatMap((template) => [`notice.${template}`, `notice-title.${template}`]),
        locale,
      ),
    ).toEqual([]);
    for (const [template, given] of domain.notices) {
      const used = [...argumentsOf(table[`notice.${template}`]!)].filter((name) => name !== 'no');
      expect([template, used.filter((name) => given && !given.has(name))]).toEqual([template, []]);
    }
  });

  it('have the notices of the complaint family', () => {
    const templates =
      'obligation-warned obligation-reminded obligation-missed escalated case-received case-acknowledged ' +
      'department-assigned plan-proposed plan-answered measure-set progress-recorded outage-confirmed outage-updated ' +
      'outage-restored result-fed-back case-closed case-reopened case-withdrawn handed-over reopened-to-manager ' +
      'owner-decision-needed level-set promise-made promise-moved pause-started pause-ended priority-changed';
    expect(
      missing(
        templates.split(' ').map((template) => `notice.${template}`),
        locale,
      ),
    ).toEqual([]);
  });

  it('name whatever the default policy and the domain list', () => {
    const kinds = [
      ...COMPLAINT_CLOCKS,
      ...REPAIR_CLOCKS,
      ...CONSULTATION_CLOCKS,
      ...DISPUTE_CLOCKS,
      ...REVISION_CLOCKS,
      'owner-confirm',
      'owner-decision',
      'progress',
      'outage-update',
      'part',
      'promise',
    ];
    const wanted = [
      ...kinds.map((kind) => `obligation.${kind}`),
      ...PRIORITIES.map((priority) => `priority.${priority}`),
      ...LEVELS.map((level) => `level.${level}`),
      ...ROLES.map((role) => `role.${role}`),
      ...policy.departments.map((department) => `department.${department}`),
      ...policy.pause.reasons.map((reason) => `pause-reason.${reason}`),
      ...policy.classification.flatMap(({ type, subtype }) => [`type.${type}`, `subtype.${subtype}`]),
      ...repairs.faults.flatMap(({ category, fault }) => [`type.${category}`, `subtype.${fault}`]),
      ...repairs.pause.reasons.map((reason) => `pause-reason.${reason}`),
      ...withSubjects.flatMap(({ subjects }) => subjects.map((subject) => `subtype.${subject}`)),
      ...revisions.duties.map((duty) => `duty.${duty}`),
      ...policies.map(({ id }) => `policy.${id}`),
    ];
    expect(missing(wanted, locale)).toEqual([]);
  });
});

describe('the language for a tag', () => {
  it.each([
    ['zh-CN', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['zh-Hans-CN', 'zh-CN'],
    ['en', 'en'],
    ['en-GB', 'en'],
    ['EN_us', 'en'],
    ['fr', 'zh-CN'],
    ['', 'zh-CN'],
    [null, 'zh-CN'],
    [undefined, 'zh-CN'],
  ])('%s is %s', (tag, locale) => {
    expect(localeOf(tag)).toBe(locale);
  });
});

test.each([
  [undefined, 'zh-CN'],
  ['', 'zh-CN'],
  ['en', 'en'],
  ['en-GB,en;q=0.9', 'en'],
  ['de, en;q=0.8, zh;q=0.5', 'en'],
  ['en;q=0.2, zh-Hans;q=0.7', 'zh-CN'],
  ['en;q=0', 'zh-CN'],
  ['fr, *', 'zh-CN'],
  [';;;q=,', 'zh-CN'],
])('of what a browser likes, %j, ours is %s', (header, locale) => {
  expect(localeAccepted(header)).toBe(locale);
});
