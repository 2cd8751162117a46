import { readFileSync } from 'node:fs';
import path from 'node:path';

export const page = readFileSync(path.join(__dirname, '../../../docs/operations.md'), 'utf8');
export const TEMPORAL = /^temporal_[a-z_]+$/;

export interface DocumentedMetric {
  readonly name: string;
  readonly of: readonly string[];
  readonly labels: readonly string[];
}

/** The tables of the section "Metrics". */
export function documentedMetrics(): { readonly ours: DocumentedMetric[]; readonly temporal: string[] } {
  const section = page.slice(page.indexOf('\n## Metrics\n'), page.indexOf('\n## Alerts\n'));
  const rows = [...section.matchAll(/^\| `(\w+)` +\|(.*)\|$/gm)].map(([, name = '', rest = '']) => ({
    name,
    cells: rest.split('|').map((cell) => cell.trim()),
  }));
  return {
    ours: rows
      .filter(({ name }) => !TEMPORAL.test(name))
      .map(({ name, cells: [of = '', labels = ''] }) => ({
        name,
        of: of.split(', '),
        labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
      })),
    temporal: rows.flatMap(({ name }) => (TEMPORAL.test(name) ? [name] : [])),
  };
}
