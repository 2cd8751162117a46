import { findCase, findReceipt } from '../../db/queries/cases';
import { notificationsOf } from '../../db/queries/notifications';
import { BODY, ROUTINE, text, types } from '../domain/support';
import type { TestCase } from './support/case';
import { count } from './support/history';
import { Live } from './support/live';
import { expectSound, settled } from './support/sound';
import { until } from './support/until';

/** The read model in a real PostgreSQL, written by the worker on a real server. */

let live: Live;
beforeAll(async () => {
  live = await Live.open();
});
afterAll(() => live.close());

async function aCase(record: { readonly building?: string } = {}): Promise<TestCase> {
  const played = await live.start({ ...ROUTINE, record });
  await played.do('acknowledge', BODY.acknowledge);
  return played;
}

/** Somebody else holds the row of the case. */
async function locked(no: string): Promise<() => Promise<void>> {
  const client = await live.database.pool.connect();
  await client.query('begin');
  await client.query('select 1 from "case" where no = $1 for update', [no]);
  return async () => {
    await client.query('rollback');
    client.release();
  };
}

test('whoever has his answer reads what he wrote, also as one of fifty at once', async () => {
  const played = await aCase();
  const refs = Array.from({ length: 50 }, (_, index) => `note-${index}`);

  const answers = await Promise.all(
    refs.map(async (ref) => {
      const { seq, projection } = await played.do('note', { text: text(ref) }, { id: ref });
      const row = await findCase(live.database.db, played.no);
      return { seq, projection, read: row?.seq ?? 0 };
    }),
  );

  for (const { seq, projection, read } of answers) {
    expect(projection).toBe('written');
    expect(read).toBeGreaterThanOrEqual(seq);
  }
  const { events } = await expectSound(played, live.journal);
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(50);
  const row = await findCase(live.database.db, played.no);
  expect(row?.snapshot.state).toEqual(JSON.parse(JSON.stringify(await played.state())));
  const receipts = await Promise.all(refs.map((ref) => findReceipt(live.database.db, played.no, ref)));
  expect(receipts.map((receipt) => receipt?.seq)).toEqual(answers.map(({ seq }) => seq));
});

test('a case whose row is locked goes on: "pending" in two to three seconds, delivered when the lock is gone', async () => {
  const played = await aCase();
  const before = (await settled(played, live.journal)).length;
  const release = await locked(played.no);
  const begun = performance.now();

  const first = await played.do('note', { text: text('first') }, { id: 'first' });

  const took = performance.now() - begun;
  expect(first).toEqual({ seq: before + 1, projection: 'pending' });
  expect(took).toBeGreaterThan(1_400);
  expect(took).toBeLessThan(3_500);
  const second = await played.do('note', { text: text('second') }, { id: 'second' });
  expect(second).toEqual({ seq: before + 2, projection: 'pending' });
  expect((await live.journal.events(played.no)).length).toBe(before);
  await release();

  const { events } = await expectSound(played, live.journal);
  const noted = events.flatMap((event) => (event.type === 'noted' ? [event.data.text.ref] : []));
  expect(noted).toEqual(['first', 'second']);
  expect((await played.do('note', { text: text('third') })).projection).toBe('written');
});

async function toldOf(no: string): Promise<string[]> {
  return (await notificationsOf(live.database.db, no)).map(({ template }) => template);
}

test.each([
  { when: 'after', rests: false },
  { when: 'in one task with', rests: true },
])('a case that PostgreSQL refuses for good lives on without a row: a command $when its start', async ({ rests }) => {
  if (rests) await live.rest();
  const started = aCase({ building: 'no\u0000where' });
  if (rests) await live.work();
  const played = await started;
  await until('the refusal is final', async () => count(await played.history(), 'ACTIVITY_TASK_FAILED') > 0);

  expect((await played.do('note', { text: text('still here') })).projection).toBe('pending');

  expect(await findCase(live.database.db, played.no)).toBeNull();
  expect(await played.state()).toMatchObject({ stage: 'handling', acknowledged: true });
  // By a local activity or an ordinary one, as the refusal came after the command or before it.
  await until('people were told', async () => (await toldOf(played.no)).includes('case-acknowledged'));
  expect(await played.status()).toBe('RUNNING');
  await played.drop();
});

test('another case is not held up by one that PostgreSQL refuses', async () => {
  const refused = await aCase({ building: 'no\u0000where' });
  const played = await aCase();

  const { events } = await expectSound(played, live.journal);

  expect(types(events)).toContain('acknowledged');
  await refused.drop();
});
