import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseOptions } from '../../bench/options';
import { closedLoop, paced } from '../../bench/support/load';
import { interleaved } from '../../bench/support/rounds';
import { isMet, type Row } from '../../bench/support/measure';
import { performancePage, table, verdict, type Circumstances } from '../../bench/support/report';
import { median, percentile } from '../../bench/support/stats';

const TEMPLATE = readFileSync(join(__dirname, '../../bench/performance.template.md'), 'utf8');
const MADE_UP: Circumstances = {
  date: '2026-11-26',
  machine: '2 cores (Invented), 24 GiB, linux 6.1',
  versions: 'Guanjia 0.1.0, Node 20.20.0',
  command: 'npm run bench',
};

const met: Row = {
  ...{ id: 'M1', what: '`POST` that starts a case, p50', floor: 'raw start of an empty workflow' },
  ...{ value: 1.274, unit: '×', bar: { atMost: 1.5 }, figures: '9.1 ms; 7.1 ms' },
};
const missed: Row = {
  ...{ id: 'M2', what: 'whole complaints a second', floor: 'one row each' },
  ...{ value: 0.61, unit: '×', bar: { atLeast: 0.85 }, figures: '9.4 /s; 15.4 /s' },
};
const below: Row = {
  ...{
    id: 'M4',
    what: 'events of 30 days',
    floor: '–',
    value: 4_096,
    unit: 'events',
    bar: { below: 4_096 },
    figures: '',
  },
};

describe('the page of the benchmark', () => {
  it('says of each bar whether it is met, and names the missed ones', () => {
    const page = performancePage(TEMPLATE, [met, missed, below], MADE_UP);
    const cells = (id: string): string[] =>
      (page.split('\n').find((line) => line.startsWith(`| ${id} `)) ?? '').split('|').map((cell) => cell.trim());
    expect(cells('M1').slice(1, -1)).toEqual([
      ...['M1', '`POST` that starts a case, p50', 'raw start of an empty workflow'],
      ...['1.27 ×', '≤ 1.5 ×', 'met', '9.1 ms; 7.1 ms', '2026-11-26'],
    ]);
    expect(cells('M2').slice(4, 8)).toEqual(['0.61 ×', '≥ 0.85 ×', '**missed**', '9.4 /s; 15.4 /s']);
    expect(cells('M4').slice(4, 7)).toEqual(['4096 events', '< 4096 events', '**missed**']);
    expect(page).toContain('1 of 3 bars are met. Missed: M2 whole complaints a second; M4 events of 30 days.');
    for (const value of Object.values(MADE_UP)) expect(page).toContain(value);
    expect(page).not.toMatch(/\{\{|\}\}|undefined|NaN/);
  });

  it('keeps what it says of measures that are not taken now', () => {
    const before = performancePage(TEMPLATE, [met, missed], { ...MADE_UP, date: '2026-11-01' });
    const page = performancePage(TEMPLATE, [{ ...missed, value: 0.9 }, below], MADE_UP, before);
    const lines = page.split('\n').filter((line) => /^\| M\d/.test(line));
    expect(lines.map((line) => [line.slice(2, 4), line.trim().slice(-12, -2)])).toEqual([
      ['M1', '2026-11-01'],
      ['M2', '2026-11-26'],
      ['M4', '2026-11-26'],
    ]);
    expect(page).toContain('2 of 3 bars are met. Missed: M4 events of 30 days.');
  });

  it('says so when all are met', () => {
    expect(verdict([met])).toBe('All 1 bars are met.');
  });

  it('has columns that are as wide as their widest cell', () => {
    const widths = table([met, missed, below], MADE_UP.date)
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.length));
    expect(new Set(widths.map((line) => line.join())).size).toBe(1);
  });

  it('refuses a template that asks for what is not known', () => {
    expect(() => performancePage('{{weather}}', [met], MADE_UP)).toThrow('the template asks for weather');
  });
});

describe('a bar', () => {
  it.each([
    [{ value: 1.5, bar: { atMost: 1.5 } }, true],
    [{ value: 1.501, bar: { atMost: 1.5 } }, false],
    [{ value: 0.6, bar: { atLeast: 0.6 } }, true],
    [{ value: 0.599, bar: { atLeast: 0.6 } }, false],
    [{ value: 4_096, bar: { below: 4_096 } }, false],
    [{ value: 4_095, bar: { below: 4_096 } }, true],
  ])('%j is met: %s', (row, expected) => {
    expect(isMet(row)).toBe(expected);
  });

  it.each([{ atMost: 1.5 }, { atLeast: 0.6 }, { below: 4_096 }])('%j is missed by what is not a number', (bar) => {
    expect(isMet({ value: Number.NaN, bar })).toBe(false);
  });
});

describe('rounds', () => {
  it('take both sides in turns, each first in every other one, and give medians', async () => {
    const order: string[] = [];
    const side = (name: string, values: readonly number[]) => (round: number) => {
      order.push(name);
      return Promise.resolve({ ms: values[round] as number });
    };
    const figures = await interleaved(3, { ours: side('ours', [9, 1, 5]), floor: side('floor', [4, 2, 40]) });
    expect(order).toEqual(['ours', 'floor', 'floor', 'ours', 'ours', 'floor']);
    expect(figures).toEqual({ ours: { ms: 5 }, floor: { ms: 4 } });
  });

  it('know their percentiles', () => {
    const values = Array.from({ length: 100 }, (_value, index) => 100 - index);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 100]);
    expect(percentile([7], 0.01)).toBe(7);
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(() => percentile([], 0.5)).toThrow('nothing was measured');
    expect(() => median([])).toThrow('nothing was measured');
  });
});

describe('a load', () => {
  it('at a rate leaves out the time in which a client waits for his turn, and counts that in which he is late', async () => {
    const early = await paced(1, 3, 20, () => Promise.resolve());
    expect(Math.max(...early)).toBeLessThan(45);
    const late = await paced(1, 3, 1_000, () => pause(40));
    expect(late[2]).toBeGreaterThan(100);
  });

  it('is done by so many clients at once, each piece once', async () => {
    const done: number[] = [];
    let [busy, most] = [0, 0];
    const took = await closedLoop(3, 10, async (index) => {
      busy += 1;
      most = Math.max(most, busy);
      await pause(1);
      busy -= 1;
      done.push(index);
    });
    expect([took.length, most, done.sort((a, b) => a - b)]).toEqual([10, 3, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });
});

describe('the options', () => {
  const KNOWN = ['M1', 'M2', 'M4'];

  it('write the page for a whole run alone', () => {
    expect(parseOptions([], KNOWN)).toMatchObject({ ids: KNOWN, size: 'default', out: 'docs/performance.md' });
    expect(parseOptions(['--full'], KNOWN)).toMatchObject({ size: 'full', out: 'docs/performance.md' });
    expect(parseOptions(['--quick'], KNOWN)).toMatchObject({ size: 'quick', out: null });
    expect(parseOptions(['--only', 'm4, M1'], KNOWN)).toMatchObject({ ids: ['M4', 'M1'], out: null });
    expect(parseOptions(['--quick', '--out', 'x.md'], KNOWN)).toMatchObject({ out: 'x.md' });
  });

  it.each([
    [['--only', 'M7'], 'There is no measure M7'],
    [['--quick', '--full'], '--quick and --full'],
    [['--fast'], '--fast'],
  ])('%j is refused with the usage', (args, message) => {
    expect(() => parseOptions(args, KNOWN)).toThrow(message);
    expect(() => parseOptions(args, KNOWN)).toThrow('npm run bench');
  });
});
