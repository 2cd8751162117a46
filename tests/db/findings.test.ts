import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { markRepaired, openFindings, recordFinding, runningCases, type Finding } from '../../db/queries/findings';
import { writeBatch } from '../../db/queries/journal';
import { openTestDatabase, sealer, type OpenDatabase } from './open';
import { MONDAY, PlayedCase } from './played-case';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

test('running cases, page by page, without those that have ended', async () => {
  for (let number = 0; number < 5; number += 1) {
    await writeBatch(database, PlayedCase.open({ no: `C-FIND-000${number}` }).batch, { sealer });
  }
  await database.db.updateTable('case').set({ ended: true }).where('no', '=', 'C-FIND-0002').execute();
  const first = await runningCases(database.db, { after: '', limit: 3 });
  expect(first.map(({ no }) => no)).toEqual(['C-FIND-0000', 'C-FIND-0001', 'C-FIND-0003']);
  expect(first[0]).toMatchObject({ project: 'lakeside', fence: MONDAY, updatedAt: MONDAY });
  expect(first[0]?.snapshot.state.seq).toBe(first[0]?.seq);
  const rest = await runningCases(database.db, { after: 'C-FIND-0003', limit: 3 });
  expect(rest.map(({ no }) => no)).toEqual(['C-FIND-0004']);
});

test('findings stay open until they are mended', async () => {
  const finding = (caseNo: string, foundAt: number): Finding => ({
    caseNo,
    foundAt,
    kind: 'lagging',
    workflowSeq: 5,
    rowSeq: 4,
  });
  const findings = [
    finding('C-FIND-0001', MONDAY + 2),
    finding('C-FIND-0000', MONDAY),
    finding('C-FIND-0001', MONDAY + 1),
  ];
  for (const one of [...findings, findings[0] as Finding]) await recordFinding(database.db, one);
  expect((await openFindings(database.db, 10)).map(({ foundAt }) => foundAt - MONDAY)).toEqual([0, 1, 2]);
  expect(await openFindings(database.db, 1)).toEqual([findings[1]]);
  await markRepaired(database.db, 'C-FIND-0001', MONDAY + 3);
  expect(await openFindings(database.db, 10)).toEqual([findings[1]]);
});
