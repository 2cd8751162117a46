import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../domain/instant';
import { caseProject, findCase, listCases, type CaseFilter, type CaseSummary } from '../../db/queries/cases';
import { listCounts } from '../../db/queries/counts';
import { writeBatch } from '../../db/queries/journal';
import { CursorError, type ListCursor, type Page } from '../../db/queries/lists';
import { listWork, obligationsOf, type Debtor, type WorkFilter, type WorkItem } from '../../db/queries/obligations';
import { openTestDatabase, sealer, type OpenDatabase } from './open';
import { CLERK, ENGINEER, MONDAY, PlayedCase, wholeComplaint } from './played-case';

let database: OpenDatabase;
const ALL = { projects: '*' } as const;

/** Ten open cases in two projects, several a moment, so that instants are equal; one is worked on, one left overdue. */
beforeAll(async () => {
  database = await openTestDatabase();
  const write = (batch: Parameters<typeof writeBatch>[1]) => writeBatch(database, batch, { sealer });
  for (let number = 0; number < 8; number += 1) {
    const project = number % 2 === 0 ? 'lakeside' : 'hillside';
    const at = MONDAY + Math.floor(number / 3) * HOUR;
    const subtype = number === 7 ? null : 'lift-noise';
    const record = { building: String(number % 3), roomIndex: `room-${number % 4}`, phoneIndex: null };
    await write(PlayedCase.open({ no: `C-LIST-000${number}`, project, at, subtype, record }).batch);
  }
  for (const batch of wholeComplaint('C-LIST-0008', 'lakeside')) await write(batch);
  const left = PlayedCase.open({ no: 'C-LIST-0009', project: 'lakeside' });
  await write(left.batch);
  await write(left.played.wait(3 * HOUR).batch);
});
afterAll(() => database.drop());

async function everyPage<T>(read: (cursor: ListCursor | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: ListCursor | null = null;
  do {
    const page: Page<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

const cases = (filter: CaseFilter, more: { descending?: boolean; limit?: number } = {}) =>
  everyPage<CaseSummary>((cursor) =>
    listCases(database.db, { filter, sort: 'receivedAt', descending: false, limit: 2, ...more, cursor }),
  );

describe('cases', () => {
  test('pages show each case once, in a stable order, both ways', async () => {
    const ascending = await cases(ALL);
    const numbers = ascending.map(({ no }) => no);
    expect(new Set(numbers).size).toBe(10);
    const sorted = [...ascending].sort((a, b) => a.receivedAt - b.receivedAt || (a.no < b.no ? -1 : 1));
    expect(numbers).toEqual(sorted.map(({ no }) => no));
    expect((await cases(ALL, { descending: true })).map(({ no }) => no)).toEqual([...numbers].reverse());
    expect((await cases(ALL, { limit: 100 })).map(({ no }) => no)).toEqual(numbers);
  });

  test.each<[string, CaseFilter, number]>([
    ['all', ALL, 10],
    ['a project', { projects: ['hillside'] }, 4],
    ['two projects', { projects: ['hillside', 'lakeside'] }, 10],
    ['no project', { projects: [] }, 0],
    ['stages', { ...ALL, stages: ['feedback'] }, 1],
    ['unclassified', { ...ALL, stages: ['received'] }, 1],
    ['priorities', { ...ALL, priorities: ['important', 'urgent'] }, 9],
    ['no such value', { ...ALL, levels: [] }, 0],
    ['room and building', { ...ALL, roomIndexes: ['room-0'], buildings: ['1'] }, 1],
    ['owner', { ...ALL, owners: [CLERK.id] }, 10],
    ['overdue', { ...ALL, overdue: true }, 1],
    ['not overdue', { ...ALL, overdue: false }, 9],
    ['closed', { ...ALL, closed: true }, 0],
    ['open', { ...ALL, closed: false }, 10],
    ['received from', { ...ALL, receivedFrom: MONDAY + HOUR }, 5],
    ['received before', { ...ALL, receivedBefore: MONDAY + HOUR }, 5],
    ['numbers', { projects: ['lakeside'], numbers: ['C-LIST-0001', 'C-LIST-0002'] }, 1],
    ['sql in every value', { ...ALL, types: ["' or 1=1 --"], assets: ['"; drop table x'] }, 0],
  ])('filter by %s', async (_name, filter, count) => {
    const page = await listCases(database.db, { filter, sort: 'receivedAt', descending: true, limit: 3 });
    expect(page.total).toBe(count);
    expect(page.items).toHaveLength(Math.min(3, count));
    expect(await cases(filter)).toHaveLength(count);
  });

  test('by the next due instant', async () => {
    const found = await everyPage<CaseSummary>((cursor) =>
      listCases(database.db, { filter: ALL, sort: 'nextDueAt', descending: false, limit: 2, cursor }),
    );
    const dues = found.map(({ nextDueAt }) => nextDueAt ?? 0);
    expect(dues).toEqual([...dues].sort((a, b) => a - b));
    expect(found).toHaveLength(10);
  });

  test('a cursor of another list is refused', async () => {
    for (const cursor of [
      { sort: [], id: 'x' },
      { sort: ['x'], id: 'x' },
      { sort: [null], id: 'x' },
    ]) {
      const query = { filter: ALL, sort: 'receivedAt' as const, descending: false, limit: 2, cursor };
      await expect(listCases(database.db, query)).rejects.toThrow(CursorError);
    }
    const cursor = { sort: [MONDAY], id: 'without a slash' };
    const query = { filter: { ...ALL, states: ['open' as const] }, limit: 2, cursor };
    await expect(listWork(database.db, query)).rejects.toThrow(CursorError);
  });

  test('one case, and whose it is', async () => {
    const found = await findCase(database.db, 'C-LIST-0008');
    expect(found?.snapshot.state.stage).toBe(found?.stage);
    expect(found).toMatchObject({ overdueCount: 0, reopenCount: 0, episode: 1, policyVersion: 1 });
    expect(await caseProject(database.db, 'C-LIST-0001')).toEqual({
      project: 'hillside',
      family: 'complaint',
      roomIndex: 'room-1',
      phoneIndex: null,
    });
    expect(await findCase(database.db, 'C-NONE-0000')).toBeNull();
    expect(await caseProject(database.db, 'C-NONE-0000')).toBeNull();
  });
});

describe('work', () => {
  const work = (filter: Partial<WorkFilter>) =>
    everyPage<WorkItem>((cursor) =>
      listWork(database.db, { filter: { ...ALL, states: ['open'], ...filter }, limit: 3, cursor }),
    );
  const clerk: Debtor = { person: CLERK.id, roles: ['customer_service'], departments: ['customer_service'] };
  const engineer: Debtor = { person: ENGINEER.id, roles: ['engineering'], departments: ['engineering'] };

  test('most urgent first, each once', async () => {
    const items = await work({});
    const keys = items.map(({ dueAt, caseNo, id }) => [dueAt, caseNo, id] as const);
    const sorted = [...keys].sort((a, b) => a[0] - b[0] || (`${a[1]}/${a[2]}` < `${b[1]}/${b[2]}` ? -1 : 1));
    expect(keys).toEqual(sorted);
    const page = await listWork(database.db, { filter: { ...ALL, states: ['open'] }, limit: 1 });
    expect(page.total).toBe(items.length);
    expect(items[0]?.case).toMatchObject({ stage: expect.any(String), building: expect.any(String) });
  });

  test('what somebody owes himself, or through a role that nobody in particular fills', async () => {
    const mine = await work({ owedBy: clerk });
    expect(mine.length).toBeGreaterThan(8);
    for (const { owedBy } of mine) expect([CLERK.id, null]).toContain(owedBy.person);
    const parts = await work({ owedBy: engineer });
    // Eight are open to anybody of the department; the ninth was his and is done.
    expect(parts.map(({ kind, owedBy }) => [kind, owedBy.person])).toEqual(Array(8).fill(['part', null]));
    expect(await work({ owedBy: { ...engineer, departments: ['security'] } })).toEqual([]);
    expect(await work({ owedBy: { person: null, roles: ['engineering'], departments: ['engineering'] } })).toHaveLength(
      8,
    );
    expect(await work({ owedBy: { person: 'nobody', roles: [], departments: [] } })).toEqual([]);
  });

  test.each<[string, Partial<WorkFilter>, (item: WorkItem) => boolean]>([
    ['project', { projects: ['hillside'] }, ({ project }) => project === 'hillside'],
    ['kind', { kinds: ['close', 'resolve'] }, ({ kind }) => ['close', 'resolve'].includes(kind)],
    ['state', { states: ['met', 'cancelled'] }, ({ state }) => state !== 'open'],
    ['all states', { states: ['open', 'met', 'cancelled'] }, () => true],
    ['overdue', { overdue: true }, ({ overdue }) => overdue],
    ['due before', { dueBefore: MONDAY + 3 * HOUR }, ({ dueAt }) => dueAt < MONDAY + 3 * HOUR],
    ['person', { persons: [CLERK.id] }, ({ owedBy }) => owedBy.person === CLERK.id],
    ['department', { departments: ['engineering'] }, ({ owedBy }) => owedBy.department === 'engineering'],
    ['mode', { modes: ['live'] }, ({ mode }) => mode === 'live'],
    ['priority', { priorities: ['important'] }, ({ priority }) => priority === 'important'],
  ])('filter by %s', async (_name, filter, holds) => {
    const all = await work({ states: ['open', 'met', 'cancelled'] });
    const wanted = all.filter((item) => (filter.states ?? ['open']).includes(item.state) && holds(item));
    const found = await work(filter);
    expect(found).toEqual(wanted);
    expect(found.length).toBeGreaterThan(0);
  });

  test('the obligations of one case are those of its snapshot, with their full clocks', async () => {
    const found = await findCase(database.db, 'C-LIST-0008');
    const rows = await obligationsOf(database.db, 'C-LIST-0008');
    expect(rows).toHaveLength(Object.keys(found?.snapshot.state.obligations ?? {}).length);
    for (const row of rows) {
      const obligation = found?.snapshot.state.obligations[row.id];
      const { kind, owedBy, start, limit, dueAt, dueBase, missedAt, overdue, rung, lateMs, endedAt, bornLate } = row;
      expect(obligation).toMatchObject({ kind, owedBy, start, limit, dueAt, dueBase, missedAt, overdue, rung });
      expect(obligation).toMatchObject({ lateMs, endedAt, bornLate, state: row.state, endReason: row.endReason });
      const { warnAt, nextAt, next, pausedSince } = row;
      const none = { warnAt: null, nextAt: null, next: null, pausedSince: null };
      expect(found?.snapshot.clocks[row.id] ?? none).toEqual({ warnAt, nextAt, next, pausedSince });
    }
  });

  test('counts agree with the lists', async () => {
    const asOf = MONDAY + HOUR + 50 * MINUTE;
    const counts = await listCounts(database.db, { projects: '*', owedBy: clerk, asOf });
    const all = await work({});
    const mine = await work({ owedBy: clerk });
    const soon = (items: WorkItem[]) => items.filter((item) => !item.overdue && item.dueAt <= asOf + HOUR).length;
    const late = (items: WorkItem[]) => items.filter(({ overdue }) => overdue).length;
    expect(counts).toEqual({
      cases: { open: 10, overdue: 1, byStage: { classified: 8, received: 1, feedback: 1 } },
      all: { open: all.length, overdue: late(all), dueSoon: soon(all), paused: 0 },
      mine: { open: mine.length, overdue: late(mine), dueSoon: soon(mine), paused: 0 },
      unread: 0,
    });
    expect(counts.all.dueSoon).toBeGreaterThan(0);
    const none = await listCounts(database.db, { projects: [], owedBy: clerk, asOf });
    expect(none).toMatchObject({ cases: { open: 0, byStage: {} }, all: { open: 0 }, mine: { open: 0 } });
  });
});
