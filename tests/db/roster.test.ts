import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createNotifyActivities } from '../../activities/notify';
import { createCompany } from '../../db/queries/company';
import { writeBatch } from '../../db/queries/journal';
import { coverage } from '../../domain/roster';
import { loadOf, loadRoster, onDuty, rosterPeople } from '../../db/queries/roster';
import {
  currentLines,
  endLine,
  endOverride,
  endSubstitution,
  insertLine,
  insertSubstitution,
  putOverride,
  type StoredLine,
} from '../../db/queries/roster-write';
import type { Role } from '../../domain/actor';
import { DAY, HOUR, MINUTE, type Instant } from '../../domain/instant';
import type { NotifyRequest } from '../../workflows/contracts/notify';
import { clock, ids, index, openTestDatabase, sealer, type OpenDatabase } from './open';
import { CLERK, MONDAY, PlayedCase } from './played-case';

/** MONDAY is 2026-11-23 09:00 in Shanghai. */
let database: OpenDatabase;
const member = (id: string, role: Role, project = 'lakeside') => ({
  ...{ id, name: `name of ${id}`, department: 'engineering' },
  roles: [{ project, role }],
});
const line = (id: string, staff: string, from: string, to: string): StoredLine => ({
  ...{ id, staff, from, to, project: 'lakeside', revision: 1, role: 'engineering', post: 'lifts' },
  ...{ weekdays: [1, 2, 3, 4, 5], firstDay: '2026-11-23', lastDay: null },
});

beforeAll(async () => {
  database = await openTestDatabase();
  const project = (id: string) => ({ id, name: id, zone: 'Asia/Shanghai', departments: [], households: [] });
  const staff = [
    member('day', 'engineering'),
    member('night', 'engineering'),
    member('spare', 'engineering'),
    member('duty', 'duty_manager'),
    member('boss', 'general_manager', '*'),
    member('elsewhere', 'engineering', 'hillside'),
  ];
  const projects = [project('lakeside'), project('hillside')];
  await createCompany(database.db, { id: 'co', name: 'Co', projects, staff, keys: [] }, { sealer, index, clock, ids });
  const { db } = database;
  await db
    .insertInto('staff_tie')
    .values([
      { staff: 'spare', project: 'lakeside', kind: 'skill', code: 'welding' },
      { staff: 'day', project: 'lakeside', kind: 'zone', code: 'east' },
    ])
    .execute();
  await insertLine(db, line('l-day', 'day', '08:00', '20:00'), MONDAY - DAY);
  await insertLine(db, line('l-night', 'night', '20:00', '04:00'), MONDAY - DAY);
});
afterAll(() => database.drop());

const engineersAt = async (at: Instant, project = 'lakeside') =>
  (await onDuty(database.db, { project, at })).filter(({ roles }) => roles.includes('engineering'));

describe('who is on duty', () => {
  test('by roster in rostered roles, everybody in others', async () => {
    expect((await onDuty(database.db, { project: 'lakeside', at: MONDAY })).map(({ staff }) => staff)).toEqual([
      'boss',
      'day',
      'duty',
    ]);
    expect(await engineersAt(MONDAY)).toMatchObject([
      { staff: 'day', post: 'lifts', zones: ['east'], until: MONDAY + 11 * HOUR },
    ]);
    expect((await engineersAt(MONDAY + 12 * HOUR)).map(({ staff }) => staff)).toEqual(['night']);
    expect(await engineersAt(MONDAY + 20 * HOUR)).toEqual([]);
    expect((await engineersAt(MONDAY, 'hillside')).map(({ staff }) => staff)).toEqual(['elsewhere']);
    expect(await onDuty(database.db, { project: 'nowhere', at: MONDAY })).toEqual([]);
  });

  test('a rung whose roster is empty at the moment of sending is skipped upwards', async () => {
    const request = (seq: number, at: Instant): NotifyRequest => ({
      ...{ key: `C-RSTR-0001/${seq}`, no: 'C-RSTR-0001', seq, project: 'lakeside', mode: 'live', at },
      ...{ template: 'case-received', to: { kind: 'role', role: 'engineering', department: null } },
      ...{ obligation: null, urgent: true, args: {}, upwards: ['duty_manager', 'manager'], text: null },
    });
    const { notify } = createNotifyActivities({ database, clock });
    const [gap, manned] = [await notify([request(1, MONDAY + 20 * HOUR)]), await notify([request(2, MONDAY)])];
    expect(gap).toMatchObject([{ recipients: ['duty'], role: 'duty_manager', skipped: ['engineering'] }]);
    expect(manned).toMatchObject([{ recipients: ['day'], role: 'engineering', skipped: [] }]);
    // Held up until the night shift has come.
    const late = createNotifyActivities({ database, clock: { now: () => MONDAY + 12 * HOUR } });
    expect(await late.notify([request(3, MONDAY)])).toMatchObject([{ recipients: ['night'] }]);
  });

  test('what is changed later leaves the past as it was', async () => {
    const { db } = database;
    const at = MONDAY + 2 * DAY;
    await endLine(db, 'l-day', at);
    await insertLine(db, { ...line('l-day', 'spare', '08:00', '20:00'), revision: 2 }, at);
    expect((await engineersAt(at - 1)).map(({ staff }) => staff)).toEqual(['day']);
    expect(await engineersAt(at)).toMatchObject([{ staff: 'spare', skills: ['welding'] }]);
    expect(await currentLines(db, 'lakeside')).toMatchObject([
      { id: 'l-day', revision: 2, staff: 'spare', weekdays: [1, 2, 3, 4, 5], lastDay: null },
      { id: 'l-night', revision: 1 },
    ]);
  });

  test('single days and stand-ins, and their ends', async () => {
    const { db } = database;
    const thursday = MONDAY + 3 * DAY;
    const off = { id: 'o-1', project: 'lakeside', line: 'l-night', date: '2026-11-26', shift: null };
    await putOverride(db, off, thursday);
    await putOverride(db, { ...off, id: 'o-2', shift: { from: '22:00', to: '23:00' } }, thursday + MINUTE);
    const evening = thursday + 13.5 * HOUR;
    expect((await engineersAt(evening)).map(({ until }) => until)).toEqual([thursday + 14 * HOUR]);
    expect(await endOverride(db, { line: 'l-night', date: '2026-11-26' }, thursday + HOUR)).toBe(true);
    expect(await endOverride(db, { line: 'l-night', date: '2026-11-26' }, thursday + HOUR)).toBe(false);
    expect((await engineersAt(evening)).map(({ until }) => until)).toEqual([thursday + 19 * HOUR]);
    const sub = { id: 'sub-1', project: 'lakeside', staff: 'night', by: 'day', from: evening, to: evening + HOUR };
    expect(await insertSubstitution(db, sub, thursday)).toBe(true);
    expect(await insertSubstitution(db, { ...sub, id: 'sub-2', by: 'spare' }, thursday)).toBe(false);
    expect(await engineersAt(evening)).toMatchObject([{ staff: 'day', substituteFor: 'night' }]);
    await endSubstitution(db, 'sub-1', thursday + HOUR);
    expect(await engineersAt(evening)).toMatchObject([{ staff: 'night', substituteFor: null }]);
  });

  test('gaps, as the roster stands', async () => {
    const { db } = database;
    const window = { from: MONDAY + 3 * DAY, to: MONDAY + 4 * DAY, asOf: MONDAY + 4 * DAY };
    const [roster, people] = [await loadRoster(db, 'lakeside', window), await rosterPeople(db, 'lakeside')];
    const gap = { role: 'engineering', from: MONDAY + 3 * DAY + 19 * HOUR, to: MONDAY + 4 * DAY - HOUR, staff: [] };
    expect(roster && coverage(roster, people, window.from, window.to)).toEqual({
      gaps: [
        { ...gap, post: 'lifts' },
        { ...gap, post: null },
      ],
      overlaps: [],
    });
  });
});

test('load: the open obligations of each', async () => {
  const { played, batch } = PlayedCase.open({ no: 'C-RSTR-0002', project: 'lakeside' });
  await writeBatch(database, batch, { sealer });
  await writeBatch(database, played.command('acknowledge', { note: null }).batch, { sealer });
  const open = await database.db
    .selectFrom('obligation')
    .select('id')
    .where('case_no', '=', 'C-RSTR-0002')
    .where('state', '=', 'open')
    .where('owed_person', '=', CLERK.id)
    .execute();
  expect(open.length).toBeGreaterThan(0);
  const load = await loadOf(database.db, { project: 'lakeside', staff: [CLERK.id, 'day'] });
  expect([...load]).toEqual([
    [CLERK.id, open.length],
    ['day', 0],
  ]);
  expect([...(await loadOf(database.db, { project: 'hillside', staff: [CLERK.id] }))]).toEqual([[CLERK.id, 0]]);
  expect([...(await loadOf(database.db, { project: 'lakeside', staff: [] }))]).toEqual([]);
});
