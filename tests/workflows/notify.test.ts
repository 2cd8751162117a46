import { HOUR, MINUTE } from '../../domain/instant';
import { BODY, ROUTINE, text, types } from '../domain/support';
import { count } from './support/history';
import { MemoryInbox, MemoryJournal, TRIES_AT_ONCE } from './support/memory';
import { expectSound, settled } from './support/sound';
import { until } from './support/until';
import { World } from './support/world';

/** Messages to people: sent at least once, under one key. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterEach(async () => {
  inbox.before = null;
  await world.clear();
});
afterAll(() => world.close());

async function aCase() {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  const before = await settled(played, journal);
  return { played, at, before, tries: inbox.tries.length, sent: inbox.sent.length };
}

test('a message is named by its case and number, and its outcome names it', async () => {
  const { played, before, sent } = await aCase();
  await played.do('acknowledge', BODY.acknowledge);

  const events = (await settled(played, journal)).slice(before.length);
  const asked = events.filter(({ type }) => type === 'notify-requested');
  expect(inbox.sent.slice(sent).map(({ key, seq }) => [key, seq])).toEqual(
    asked.map(({ seq }) => [`${played.no}/${seq}`, seq]),
  );
  const told = events.find(({ type }) => type === 'notified');
  expect(told).toMatchObject({
    data: { of: asked[0]?.seq, channel: 'inbox' },
    via: { kind: 'effect', of: asked[0]?.seq },
  });
  const { history } = await expectSound(played, journal);
  expect(count(history, 'ACTIVITY_TASK_SCHEDULED')).toBe(0);
});

test('a message is sent, and its outcome written, with the command that asks for it', async () => {
  const { played, before } = await aCase();
  const { seq } = await played.do('acknowledge', BODY.acknowledge);

  const [batch] = journal.batches.slice(-1);
  expect(types(batch?.events ?? [])).toEqual(types(journal.events(played.no).slice(before.length)));
  expect(types(batch?.events ?? [])).toEqual(expect.arrayContaining(['acknowledged', 'notify-requested', 'notified']));
  expect(batch?.events.at(-1)?.seq).toBeGreaterThan(seq);
});

test('while the database is away messages go their own way', async () => {
  const { played, tries } = await aCase();
  journal.before = () => {
    throw new Error('away');
  };
  inbox.before = () => {
    throw new Error('away');
  };
  expect((await played.do('acknowledge', BODY.acknowledge)).projection).toBe('pending');
  await until('the first is tried again', () => inbox.tries.length > tries + TRIES_AT_ONCE);
  inbox.before = null;
  await world.sleep(MINUTE);
  const sent = inbox.sent.length;
  await played.do('promise', { text: text('soon'), dueAt: played.opening.receivedAt + 9 * HOUR });
  await until('it is sent', () => inbox.sent.length > sent);
  journal.before = null;
  await world.sleep(2 * MINUTE);

  const { history } = await expectSound(played, journal);
  expect(count(history, 'ACTIVITY_TASK_SCHEDULED')).toBe(3);
});

test('a message that fails is repeated under its key until it is sent; the case goes on meanwhile', async () => {
  const { played, tries, sent } = await aCase();
  inbox.before = () => {
    throw new Error('no line');
  };
  await played.do('acknowledge', BODY.acknowledge);
  await until('it was tried', () => inbox.tries.length > tries + TRIES_AT_ONCE);
  const { projection } = await played.do('promise', {
    text: text('soon'),
    dueAt: played.opening.receivedAt + 9 * HOUR,
  });
  expect(projection).toBe('written');
  // The pause between two tries grows, in the world's time.
  await world.sleep(MINUTE);
  await until('it was tried again', () => inbox.tries.length > tries + TRIES_AT_ONCE + 2);
  inbox.before = null;
  await world.sleep(2 * MINUTE);

  const { history } = await expectSound(played, journal);
  const keys = inbox.tries.slice(tries).map((requests) => requests.map(({ key }) => key).join());
  expect(new Set(keys).size).toBe(2);
  // One after the other: what was asked for later is not sent before.
  expect([...keys].sort()).toEqual(keys);
  expect(inbox.sent.slice(sent).map(({ template }) => template)).toEqual(['case-acknowledged', 'promise-made']);
  expect(count(history, 'ACTIVITY_TASK_FAILED')).toBe(0);
});

test('a message that can never be sent is a fact of the journal, and the next one goes out', async () => {
  const { played, before } = await aCase();
  inbox.refuse();
  await played.do('acknowledge', BODY.acknowledge);
  const failed = (await settled(played, journal)).slice(before.length).filter(({ type }) => type === 'notified');
  expect(failed).toMatchObject([{ data: { channel: 'failed', recipients: [], role: null } }]);

  await played.do('promise', { text: text('soon'), dueAt: played.opening.receivedAt + 9 * HOUR });

  const { events } = await expectSound(played, journal);
  expect(types(events).at(-1)).toBe('notified');
  expect(events.at(-1)).toMatchObject({ data: { channel: 'inbox', recipients: ['resident'] } });
});

test('what is asked for while messages are being sent goes out together afterwards', async () => {
  const { played, tries } = await aCase();
  let release = (): void => undefined;
  inbox.before = () => {
    if (inbox.tries.length <= tries + TRIES_AT_ONCE) throw new Error('no line');
    inbox.before = null;
    return new Promise((resolve) => (release = resolve));
  };
  await played.do('acknowledge', BODY.acknowledge);
  await until('the first is being sent', () => inbox.tries.length > tries + TRIES_AT_ONCE);
  const dueAt = played.opening.receivedAt + 9 * HOUR;
  await played.do('promise', { text: text('one'), dueAt });
  await played.do('promise', { text: text('two'), dueAt });
  release();

  await expectSound(played, journal);
  expect(inbox.tries.slice(tries).map((requests) => requests.length)).toEqual([1, 1, 1, 1, 2]);
});
