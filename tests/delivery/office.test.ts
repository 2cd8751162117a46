import { sweepDeliveries } from '../../activities/delivery/sweep';
import { createMetrics } from '../../common/metrics';
import { HOUR, MINUTE, SECOND } from '../../domain/instant';
import { silent } from '../db/open';
import { readLetter } from './support/mail-server';
import { Office } from './support/office';
import { answers, drops } from './support/receiver';

/** Deliveries through days of skipped time, to a real mail server and a real receiver. */

let office: Office;
beforeAll(async () => {
  office = await Office.open();
  for (const id of ['zhang', 'wang']) await office.reach(id);
}, 60_000);
beforeEach(async () => {
  await office.world.goTo(1, 9 * HOUR);
  office.receiver.behaves = answers(200, { errcode: 0 });
  office.receiver.received.length = 0;
  office.mail.letters.length = 0;
  office.mail.answers = null;
});
afterEach(() => office.settle());
afterAll(() => office.close());

const subjects = () => office.mail.letters.map((letter) => readLetter(letter).subject);
const texts = () => office.mail.letters.map((letter) => readLetter(letter).text).join('\n');

test('an urgent message is in the mail at once, in the words of its recipient', async () => {
  const key = await office.tell('zhang', { urgent: true, no: 'C-POST-0002' });
  await office.world.sleep(SECOND);
  expect(subjects()).toEqual(['【紧急】新投诉 · C-POST-0002']);
  expect(texts()).toContain('【新投诉】案件 C-POST-0002 已登记，请受理。');
  expect(await office.receipts(key)).toEqual(['email zhang sent']);
});

test('what comes within two minutes is one letter; a request that is repeated adds nothing', async () => {
  const request = await office.request('zhang');
  await office.notify(request);
  await office.notify(request);
  await office.world.sleep(MINUTE);
  await office.tell('zhang');
  await office.tell('wang');
  await office.world.sleep(10 * MINUTE);
  expect(subjects().sort()).toEqual(['2 条通知', '新投诉 · C-POST-0001']);
});

test('at night only what is urgent goes; the rest is one letter at seven', async () => {
  await office.world.goTo(1, 23 * HOUR);
  await office.tell('zhang');
  await office.tell('zhang', { urgent: true });
  await office.tell('zhang');
  await office.world.sleep(7 * HOUR + 59 * MINUTE);
  expect(subjects()).toEqual(['【紧急】新投诉 · C-POST-0001']);
  await office.world.sleep(2 * MINUTE);
  expect(subjects()).toEqual(['【紧急】新投诉 · C-POST-0001', '2 条通知']);
});

test('a storm is bundled above the cap, and nothing of it is dropped', async () => {
  const keys: string[] = [];
  for (let n = 0; n < 30; n += 1) keys.push(await office.tell('zhang', { urgent: true }));
  await office.world.sleep(10 * MINUTE);
  expect(subjects().slice(0, 20)).toEqual(Array.from({ length: 20 }, () => '【紧急】新投诉 · C-POST-0001'));
  expect(subjects().length).toBeLessThan(25);
  for (const key of keys) expect(await office.receipts(key)).toContain('email zhang sent');
});

test('the group hears of it when nobody acknowledges, once for all of them, and not when somebody did', async () => {
  await office.connect('e-00000000000000a1', 'wecom');
  const request = await office.request('', {
    to: { kind: 'role', role: 'engineering', department: null },
    urgent: true,
  });
  await office.notify(request);
  const seen = await office.tell('zhang', { urgent: true });
  await office.world.sleep(MINUTE);
  await office.mark(seen, 'acknowledged_at', await office.world.now());
  expect(office.receiver.received).toHaveLength(1);
  await office.world.sleep(10 * MINUTE);
  expect(await office.receipts(seen)).toEqual(['email zhang sent', 'robot zhang withdrawn read']);
  expect((await office.receipts(request.key)).sort()).toEqual([
    'email li no-address',
    'email wang sent',
    'email zhang sent',
    'robot e-00000000000000a1 sent',
    'robot li passed-on',
    'robot wang passed-on',
    'robot zhang passed-on',
  ]);
  // Of Li, who has no mailbox, the group heard at once; of the others it had heard then.
  expect(office.receiver.received.map(({ path }) => path)).toEqual(['/e-00000000000000a1']);
  await office.database.db.updateTable('endpoint').set({ active: false }).execute();
});

test('what was read in the inbox meanwhile is not mailed', async () => {
  const key = await office.tell('zhang');
  await office.mark(key, 'read_at', await office.world.now());
  await office.world.sleep(HOUR);
  expect(office.mail.letters).toEqual([]);
  expect(await office.receipts(key)).toEqual(['email zhang withdrawn read']);
});

test('a drill reaches nobody', async () => {
  const key = await office.tell('zhang', { mode: 'drill', urgent: true });
  await office.world.sleep(HOUR);
  expect([office.mail.letters, await office.receipts(key)]).toEqual([[], []]);
});

test('a message of a run that was never committed waits, and is gone when it is taken back', async () => {
  office.committed = false;
  const [kept, lost] = [await office.tell('zhang', { urgent: true }), await office.tell('zhang', { urgent: true })];
  await office.world.sleep(MINUTE);
  expect(office.mail.letters).toEqual([]);
  await office.database.db.deleteFrom('notification').where('key', '=', lost).execute();
  office.committed = true;
  await office.world.sleep(MINUTE);
  expect(await office.receipts(kept)).toEqual(['email zhang sent']);
  expect(office.mail.letters).toHaveLength(1);
});

test('what is refused for good is a dead letter at once, other failures when their time is over', async () => {
  office.mail.answers = 554;
  const refused = await office.tell('zhang', { urgent: true });
  await office.world.sleep(MINUTE);
  expect(await office.receipts(refused)).toContain('email zhang dead smtp-554');
  office.mail.answers = 451;
  const { policy } = office;
  const urgent = { ...policy.classes.urgent, giveUpAfter: 2 * HOUR };
  office.policy = { ...policy, classes: { ...policy.classes, urgent } };
  const failing = await office.tell('zhang', { urgent: true });
  office.policy = policy;
  await office.world.sleep(HOUR);
  expect(await office.receipts(failing)).toContain('email zhang retry smtp-451');
  await office.world.sleep(HOUR);
  expect(await office.receipts(failing)).toContain('email zhang dead smtp-451');
});

test('a provider is away for a day: everything arrives once after it, and what is urgent goes to the others in time', async () => {
  await office.connect('e-00000000000000b1', 'webhook');
  const down = [answers(503), drops, answers(429, {}, { 'retry-after': '600' })];
  let tries = 0;
  office.receiver.behaves = (response, socket) => down[(tries += 1) % down.length]?.(response, socket);
  office.mail.answers = 451;
  const keys: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    keys.push(await office.tell('zhang', { urgent: n % 2 === 0 }));
    await office.world.sleep(6 * HOUR);
  }
  expect(office.mail.letters).toEqual([]);
  expect(tries).toBeGreaterThan(50);

  const accepted: string[] = [];
  office.receiver.behaves = (response, socket) => {
    accepted.push(String(office.receiver.received.at(-1)?.headers['webhook-id']));
    answers(200)(response, socket);
  };
  office.mail.answers = null;
  await office.world.sleep(3 * HOUR);
  expect(accepted.sort()).toEqual([...keys].sort());
  const cases = texts().match(/案件 C-POST-0001 已登记/g);
  expect(cases).toHaveLength(keys.length);
  for (const key of keys) {
    expect(await office.receipts(key)).toEqual(
      expect.arrayContaining(['email zhang sent', 'webhook e-00000000000000b1 sent']),
    );
  }
  await office.database.db.updateTable('endpoint').set({ active: false }).execute();
}, 60_000);

test('what was never handed over, or is not heard of since, the auditor hands over', async () => {
  const request = await office.request('zhang', { urgent: true });
  const { client, taskQueue, policy } = office.handing;
  await office.notify(request);
  await office.world.sleep(SECOND);
  const { db } = office.database;
  await db.deleteFrom('delivery').execute();
  office.mail.letters.length = 0;
  await office.world.sleep(2 * HOUR);
  await db.updateTable('notification').set({ handover: 'due' }).where('key', '=', request.key).execute();
  const now = await office.world.now();
  const metrics = createMetrics();
  await sweepDeliveries({
    database: office.database,
    clock: { now: () => now },
    logger: silent,
    metrics,
    client,
    taskQueue,
    policy,
  });
  await office.world.sleep(SECOND);
  expect(await office.receipts(request.key)).toContain('email zhang sent');
  const { body } = await metrics.render();
  expect(body).toContain('guanjia_undelivered_oldest_seconds{urgency="urgent"} 7201');
});
