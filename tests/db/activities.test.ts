import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createJournalActivities } from '../../activities/journal';
import { REFUSED_FOR_GOOD } from '../../activities/permanent';
import { createDatabase } from '../../db/database';
import { findCase, findReceipt } from '../../db/queries/cases';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { freePort } from '../../stack/ports';
import { openTestDatabase, sealer, silent, type OpenDatabase } from './open';
import { PlayedCase, wholeComplaint } from './played-case';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

async function write(batch: JournalBatch, on: Parameters<typeof createJournalActivities>[0]['database'] = database) {
  const { writeJournal } = createJournalActivities({ database: on, sealer });
  await writeJournal(batch);
}

test('a batch is written and can be read', async () => {
  const [batch, next] = wholeComplaint('C-ACTS-0001') as [JournalBatch, JournalBatch];
  await write(batch);
  await write(next);
  const found = await findCase(database.db, 'C-ACTS-0001');
  expect(found).toMatchObject({ seq: next.snapshot.state.seq, fence: next.fence, record: batch.opened });
  const [receipt] = next.receipts;
  expect(await findReceipt(database.db, 'C-ACTS-0001', receipt?.id ?? '')).toEqual(JSON.parse(JSON.stringify(receipt)));
  expect(await findReceipt(database.db, 'C-ACTS-0001', 'unknown')).toBeNull();
});

test('what can never be stored is refused for good, by its code alone', async () => {
  const { batch } = PlayedCase.open({ no: 'C-ACTS-0002', record: { building: 'secret\u0000' } });
  const refused = write(batch);
  await expect(refused).rejects.toMatchObject({ type: REFUSED_FOR_GOOD, nonRetryable: true });
  await expect(refused).rejects.not.toThrow('secret');
  const broken = { ...PlayedCase.open({ no: 'C-ACTS-0003' }).batch, no: 'C-ACTS-0004' };
  await expect(write(broken)).rejects.toMatchObject({ type: REFUSED_FOR_GOOD, nonRetryable: true });
});

test('a gap and a database that is away are retried', async () => {
  const [, second] = wholeComplaint('C-ACTS-0005') as [JournalBatch, JournalBatch];
  await expect(write(second)).rejects.toMatchObject({ name: 'JournalGapError' });
  const away = createDatabase(`postgresql://x@127.0.0.1:${await freePort()}/x`, { logger: silent });
  await expect(write(second, away)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await away.close();
});
