import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DecryptionError } from '../../common/crypto/aes-gcm';
import { writeBatch } from '../../db/queries/journal';
import { journalPage } from '../../db/queries/journal-read';
import {
  ERASED,
  putTexts,
  readTexts,
  sealText,
  SealedTextError,
  shred,
  TextRefTakenError,
  type Subject,
} from '../../db/queries/vault';
import { allText } from './content';
import { openTestDatabase, sealer, type OpenDatabase } from './open';
import { MONDAY, PlayedCase } from './played-case';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const PLANTED = '王五家 3-2-1501 电梯有异响 13800000042';

test('texts come back, under one data key per subject, and nothing of them stands in the clear', async () => {
  const subject: Subject = { kind: 'case', id: 'C-VAULT-1' };
  const entries = [PLANTED, '第二段'].map((plain) => ({ ref: randomUUID(), plain }));
  const stored = await putTexts(database.db, sealer, subject, entries, MONDAY);
  expect(stored.map(({ ref }) => ref)).toEqual(entries.map(({ ref }) => ref));
  const refs = stored.map(({ ref }) => ref);
  const texts = await readTexts(database.db, sealer, [...refs, randomUUID()]);
  expect([...texts].sort()).toEqual(entries.map(({ ref, plain }) => [ref, plain]).sort());
  expect(await allText(database.db)).not.toContain('异响');
  const keys = await database.db.selectFrom('vault_key').selectAll().where('subject_id', '=', subject.id).execute();
  expect(keys).toHaveLength(1);
});

test('writers who need the first data key at once get the same one', async () => {
  const subject: Subject = { kind: 'resident', id: 'r-1' };
  const entries = Array.from({ length: 8 }, (_, index) => ({ ref: randomUUID(), plain: `text ${index}` }));
  await Promise.all(entries.map((entry) => putTexts(database.db, sealer, subject, [entry], MONDAY)));
  const texts = await readTexts(
    database.db,
    sealer,
    entries.map(({ ref }) => ref),
  );
  for (const { ref, plain } of entries) expect(texts.get(ref)).toBe(plain);
});

test('the same text under the same ref is stored once and keeps its digest; another text is refused', async () => {
  const subject: Subject = { kind: 'case', id: 'C-VAULT-2' };
  const entry = { ref: randomUUID(), plain: PLANTED };
  const other = { ref: randomUUID(), plain: 'new' };
  const stored = await Promise.all(
    Array.from({ length: 5 }, () => putTexts(database.db, sealer, subject, [entry], MONDAY)),
  );
  for (const refs of stored) expect(refs).toEqual(stored[0]);
  const again = await putTexts(database.db, sealer, subject, [other, entry], MONDAY);
  expect(again).toEqual([{ ref: other.ref, digest: again[0]?.digest }, ...(stored[0] ?? [])]);
  const changed = putTexts(database.db, sealer, subject, [{ ...entry, plain: 'changed' }], MONDAY);
  await expect(changed).rejects.toThrow(TextRefTakenError);
  const stolen = putTexts(database.db, sealer, { kind: 'case', id: 'C-VAULT-3' }, [entry], MONDAY);
  await expect(stolen).rejects.toThrow(TextRefTakenError);
});

test('a text that was stored before its reference was sealed keeps the digest of the journal', async () => {
  const no = 'C-SEAL-0004';
  const ref = randomUUID();
  await putTexts(database.db, sealer, { kind: 'case', id: no }, [{ ref, plain: PLANTED }], MONDAY);
  const sealed = sealText(sealer, no, ref, PLANTED);
  await writeBatch(database, PlayedCase.open({ no, matter: sealed }).batch, { sealer });
  const row = await database.db.selectFrom('vault_text').selectAll().where('ref', '=', ref).executeTakeFirstOrThrow();
  expect(row.digest).toBe(sealed.digest);
  expect((await readTexts(database.db, sealer, [ref])).get(ref)).toBe(PLANTED);
});

test('a text opens in no other row', async () => {
  const subject: Subject = { kind: 'staff', id: 's-1' };
  const [one, other] = [randomUUID(), randomUUID()];
  const entries = [one, other].map((ref) => ({ ref, plain: ref }));
  await putTexts(database.db, sealer, subject, entries, MONDAY);
  const { cipher } = await database.db
    .selectFrom('vault_text')
    .select('cipher')
    .where('ref', '=', one)
    .executeTakeFirstOrThrow();
  await database.db.updateTable('vault_text').set({ cipher }).where('ref', '=', other).execute();
  await expect(readTexts(database.db, sealer, [other])).rejects.toThrow(DecryptionError);
});

test('without its key a subject can not be read any more, others can', async () => {
  const refs = [randomUUID(), randomUUID()] as const;
  await putTexts(database.db, sealer, { kind: 'household', id: 'h-1' }, [{ ref: refs[0], plain: 'one' }], MONDAY);
  await putTexts(database.db, sealer, { kind: 'household', id: 'h-2' }, [{ ref: refs[1], plain: 'two' }], MONDAY);
  await shred(database.db, { kind: 'household', id: 'h-1' }, MONDAY);
  await shred(database.db, { kind: 'household', id: 'h-1' }, MONDAY);
  expect(Object.fromEntries(await readTexts(database.db, sealer, refs))).toEqual({
    [refs[0]]: ERASED,
    [refs[1]]: 'two',
  });
  const left = await database.db
    .selectFrom('vault_text')
    .select(['cipher', 'salt'])
    .where('ref', '=', refs[0])
    .execute();
  expect(left).toEqual([{ cipher: '', salt: '' }]);
});

test('what was sealed while the database was away ends up in the vault and nowhere else', async () => {
  const no = 'C-SEAL-0001';
  const matter = sealText(sealer, no, randomUUID(), PLANTED);
  const note = sealText(sealer, no, randomUUID(), `${PLANTED} again`);
  const opened = PlayedCase.open({ no, matter });
  const noted = opened.played.command('note', { text: note });
  for (const batch of [opened.batch, noted.batch, noted.batch]) await writeBatch(database, batch, { sealer });

  const texts = await readTexts(database.db, sealer, [matter.ref, note.ref]);
  expect(texts.get(matter.ref)).toBe(PLANTED);
  expect(texts.get(note.ref)).toBe(`${PLANTED} again`);
  const everything = await allText(database.db);
  for (const found of ['异响', '1501', '13800000042', 'sealed', matter.sealed, note.sealed]) {
    expect(everything).not.toContain(found);
  }
  const events = await journalPage(database.db, no, { after: 0, limit: 100 });
  const received = events.find(({ type }) => type === 'received');
  expect(received?.data).toMatchObject({ matter: { ref: matter.ref, digest: matter.digest } });
  const { digest } = await database.db
    .selectFrom('vault_text')
    .select('digest')
    .where('ref', '=', matter.ref)
    .executeTakeFirstOrThrow();
  expect(digest).toBe(matter.digest);
});

test('a sealed text of another case, or with another digest, is refused', async () => {
  const stolen = sealText(sealer, 'C-OTHER-001', randomUUID(), PLANTED);
  const { batch } = PlayedCase.open({ no: 'C-SEAL-0002', matter: stolen });
  await expect(writeBatch(database, batch, { sealer })).rejects.toThrow(DecryptionError);
  const forged = { ...sealText(sealer, 'C-SEAL-0003', randomUUID(), PLANTED), digest: 'x'.repeat(43) };
  const other = PlayedCase.open({ no: 'C-SEAL-0003', matter: forged });
  await expect(writeBatch(database, other.batch, { sealer })).rejects.toThrow(SealedTextError);
});
