import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL } from './all';
import type { Fault } from './fault';
import type { Result } from './harness/campaign';
import { broken, INVARIANTS } from './harness/invariants';
import type { Topology } from './harness/topology';

const FILE = join(__dirname, '..', '..', 'docs', 'reliability.md');
const BEGIN = '<!-- written by npm run bench:faults, not by hand -->';

const HEAD = [
  'fault',
  'topology',
  'cases',
  'commands',
  'unanswered at most',
  'longest wait',
  'recovery',
  ...INVARIANTS,
  'demands',
  'date',
];

/**
 * Puts the lines of these results in the place of older ones of the same fault and topology, and says below them what
 * each fault is and which of them have no line.
 */
export function writeTable(topology: Topology['name'], results: readonly Result[], now: Date): void {
  const text = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const [fixed = ''] = text.split(BEGIN);
  const fresh = results.map((result) => line(topology, result, now));
  const names = new Set(fresh.map(keyOf));
  const kept = text.split('\n').filter((each) => placeOf(each) >= 0 && !names.has(keyOf(each)));
  const lines = [...kept, ...fresh].sort((a, b) => placeOf(a) - placeOf(b) || (keyOf(a) < keyOf(b) ? 1 : -1));
  const head = `| ${HEAD.join(' | ')} |\n|${HEAD.map(() => ' --- |').join('')}`;
  writeFileSync(FILE, `${fixed.trimEnd()}\n\n${BEGIN}\n\n${head}\n${lines.join('\n')}\n\n${legend(lines)}\n`);
}

function line(topology: string, result: Result, now: Date): string {
  const { fault, cases, commands, unanswered, longestWait, recovery, violations, unmet, figures } = result;
  const bad = new Set(broken(violations));
  return `| ${[
    ...[fault.name, topology, cases, commands, unanswered, seconds(longestWait), seconds(recovery)],
    ...INVARIANTS.map((name) => (bad.has(name) ? `**${violations[name].length} broken**` : 'holds')),
    (unmet.length === 0 ? 'met' : `**${unmet.length} unmet**`) + (figures === null ? '' : `; ${figures}`),
    now.toISOString().slice(0, 10),
  ].join(' | ')} |`;
}

function legend(lines: readonly string[]): string {
  const measured = new Set(lines.map(placeOf));
  const said = ALL.map((fault, place) => {
    const why = measured.has(place) ? '' : ` Not run here${because(fault)}.`;
    return `- \`${fault.name}\`: ${fault.title}.${why}`;
  });
  return said.join('\n');
}

function because({ hindrance }: Fault): string {
  const why = hindrance?.() ?? null;
  return why === null ? ' yet' : `, because ${why}`;
}

/** Of the fault of a line; -1 for any other line. */
function placeOf(text: string): number {
  const [, name] = /^\| ([a-z0-9-]+) \|/.exec(text) ?? [];
  return ALL.findIndex((fault) => fault.name === name);
}

function keyOf(text: string): string {
  return text.split(' | ').slice(0, 2).join(' | ');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
