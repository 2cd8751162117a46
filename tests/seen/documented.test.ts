import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { createMetrics } from '../../common/metrics';
import { documentedMetrics, page, TEMPORAL } from './support/documented';

/** What docs/operations.md says of metrics and alerts is what is there, and nothing is left out. */

const { catalogue } = createMetrics({ processMetrics: false });
const documented = documentedMetrics();

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

const rules = (
  parse(readFileSync(path.join(__dirname, '../../deploy/alerts.yml'), 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  }
).groups.flatMap((group) => group.rules);

test('every metric of the registry is in the table, with its programs and labels, and no other is', () => {
  const names = { api: 'API', worker: 'worker' };
  const registered = [...catalogue].map(([name, { of, labels }]) => ({
    name,
    of: of.map((service) => names[service]),
    labels: [...labels],
  }));
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

  expect(documented.ours.toSorted(byName)).toEqual(registered.toSorted(byName));
});

test('a program shows its own metrics only', async () => {
  for (const service of ['api', 'worker'] as const) {
    const { body } = await createMetrics({ processMetrics: false, service }).render();
    const shown = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(shown.toSorted()).toEqual(
      [...catalogue].flatMap(([name, { of }]) => (of.includes(service) ? [name] : [])).toSorted(),
    );
  }
});

test('every metric in a rule is documented', () => {
  const known = [...catalogue.keys(), ...documented.temporal];
  const named = rules.flatMap(({ alert, expr }) =>
    [...expr.matchAll(/\b(?:guanjia|temporal)_[a-z_]+/g)].map(([name]) => ({ alert, name })),
  );
  expect(new Set(named.map(({ alert }) => alert)).size).toBe(rules.length - 1);
  const strangers = named.filter(
    ({ name }) => !known.includes(name) && !known.includes(name.replace(/_(bucket|count|sum)$/, '')),
  );
  expect(strangers).toEqual([]);
});

test('every label in a rule is one of its metric', () => {
  const selectors = rules.flatMap(({ expr }) => [...expr.matchAll(/\b(guanjia_[a-z_]+)\{([^}]*)\}/g)]);
  expect(selectors.length).toBeGreaterThan(3);
  for (const [, name = '', inside = ''] of selectors) {
    const { labels = [] } = catalogue.get(name) ?? catalogue.get(name.replace(/_(bucket|count|sum)$/, '')) ?? {};
    for (const [, label] of inside.matchAll(/(\w+)(?==|!)/g))
      expect({ name, labels }).toMatchObject({ name, labels: expect.arrayContaining([label]) });
  }
});

test('every alert has a heading with what to do, where its rule leads to, and every heading a rule', () => {
  const section = page.slice(page.indexOf('\n## Alerts\n'), page.indexOf('\n## What to do when\n'));
  const headings = section.split(/^### /m).slice(1);
  expect(headings.map((text) => text.split('\n', 1)[0])).toEqual(rules.map(({ alert }) => alert));
  for (const text of headings) expect(text.split('\n').slice(1).join(' ').trim().length).toBeGreaterThan(60);
  for (const { alert, labels, annotations } of rules) {
    expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    expect(annotations.summary).toBeTruthy();
    expect(['info', 'warning', 'critical']).toContain(labels.severity);
  }
});

test('the names of Temporal are its own', () => {
  expect(documented.temporal.length).toBeGreaterThan(8);
  for (const name of documented.temporal) expect(name).toMatch(TEMPORAL);
});
