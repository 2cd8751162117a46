import { sql } from 'kysely';
import type { Principal } from '../../../api/http/access';
import { Mailbox } from '../../../api/feed/mailbox';
import { formatPlace, parsePlace, type Place } from '../../../api/feed/position';
import { Subscription, type Sink } from '../../../api/feed/subscription';
import type { FeedEntry } from '../../../db/queries/feed';
import { HILL, KEYS, LAKE } from './company';
import { EventReader } from './sse';
import { MONDAY, startOffice, until, type Office } from './support';

const entry = (n: number, change: Partial<FeedEntry> = {}): FeedEntry => ({
  ...{ xid: '700', n, project: LAKE, caseNo: `C-${n}`, seq: 1, fence: 1, kind: 'case' as const, at: MONDAY },
  ...change,
});
const place = (n: number, xid = '700'): Place => ({ epoch: '1-1-1', position: { xid, n } });
const PRINCIPAL: Principal = {
  ...{ id: 's-1', kind: 'staff', role: 'engineering', department: null, projects: [LAKE], keyId: 'k' },
};

describe('ids of events', () => {
  test('there and back', () => {
    const there: Place = { epoch: '7430000000000000001-1-16384', position: { xid: '18446744073709551615', n: 12 } };
    expect(formatPlace(there)).toBe('7430000000000000001-1-16384:18446744073709551615.12');
    expect(parsePlace(formatPlace(there))).toEqual(there);
  });

  test.each([
    '',
    '1-1-1',
    '1-1-1:5',
    '1-1-1:5.',
    '1-1-1:-5.1',
    '1-1-1:5.1 ',
    '1-1-1:18446744073709551616.1',
    'a:1.1',
    "1:1.1'--",
  ])('%j is none', (text) => expect(parsePlace(text)).toBeNull());
});

describe('a mailbox', () => {
  test('keeps the newest of each kind per case, in the order of what came last', () => {
    const mailbox = new Mailbox();
    mailbox.put(entry(1, { caseNo: 'A', seq: 1 }));
    mailbox.put(entry(2, { caseNo: 'B' }));
    mailbox.put(entry(3, { caseNo: 'A', seq: 1, kind: 'obligation' }));
    mailbox.put(entry(4, { caseNo: 'A', seq: 2 }));
    expect(mailbox.size).toBe(2);
    const letters = mailbox.take();
    expect(letters.map(({ position }) => position.n)).toEqual([2, 4]);
    expect(letters[1]?.entries.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['case', 2],
      ['obligation', 1],
    ]);
    expect([mailbox.size, mailbox.take()]).toEqual([0, []]);
  });

  test.each([
    [{ fence: 1, seq: 9 }, { fence: 2, seq: 3 }, 3],
    [{ fence: 2, seq: 3 }, { fence: 1, seq: 9 }, 3],
    [{ fence: 1, seq: 3 }, { fence: 1, seq: 4 }, 4],
    [{ fence: null, seq: 4 }, { fence: null, seq: 3 }, 4],
  ])('newer is by fence, then by seq: %j, %j', (first, second, kept) => {
    const mailbox = new Mailbox();
    mailbox.put(entry(1, { caseNo: 'A', ...first }));
    mailbox.put(entry(2, { caseNo: 'A', ...second }));
    const [letter] = mailbox.take();
    expect([letter?.entries[0]?.seq, letter?.position.n]).toEqual([kept, 2]);
  });
});

describe('a client', () => {
  let sent: string[];
  let sink: Sink & { buffered: number; closed: boolean };
  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    sink = {
      buffered: 0,
      closed: false,
      write: (text) => void sent.push(text),
      close: () => {
        sink.closed = true;
      },
    };
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const client = (principal = PRINCIPAL): Subscription => new Subscription(principal, place(0), sink, { maxCases: 3 });
  const pass = (ms: number): void => void jest.advanceTimersByTime(ms);
  const words = (): string[] => sent.join('').split('\n\n').filter(Boolean);

  test('is written to every 250 ms, with one id per case', () => {
    const one = client();
    one.offer([entry(1, { caseNo: 'A' }), entry(2, { caseNo: 'A', kind: 'obligation' })], place(2));
    pass(249);
    expect(sent).toEqual([]);
    pass(1);
    expect(words()).toEqual([
      expect.stringMatching(/^event: case\ndata: \{"case":"A"/),
      expect.stringMatching(/^id: 1-1-1:700\.2\nevent: obligation\ndata: \{"case":"A"/),
    ]);
  });

  test('is not told twice, nor of what lies before', () => {
    const one = client();
    one.offer([entry(1), entry(2)], place(2));
    one.offer([entry(2), entry(3)], place(3));
    one.offer([entry(1)], place(1));
    pass(250);
    expect(words().map((text) => /"case":"(.*?)"/.exec(text)?.[1])).toEqual(['C-1', 'C-2', 'C-3']);
  });

  test('whose rights were taken meanwhile is not told', () => {
    const one = client({ ...PRINCIPAL, projects: [LAKE, HILL] });
    one.offer([entry(1, { project: HILL }), entry(2)], place(2));
    one.principal = PRINCIPAL;
    pass(250);
    expect(words()).toHaveLength(1);
  });

  test('that reads slowly gets the newest when it reads again', () => {
    const one = client();
    sink.buffered = 64 * 1024;
    for (let n = 1; n <= 50; n += 1) one.offer([entry(n, { caseNo: `C-${n % 2}`, seq: n })], place(n));
    pass(29_000);
    one.beat({});
    expect(sent).toEqual([]);
    sink.buffered = 100;
    pass(250);
    expect(words().map((text) => Number(/"seq":(\d+)/.exec(text)?.[1]))).toEqual([49, 50]);
    expect(sink.closed).toBe(false);
    // The 30 s begin anew.
    sink.buffered = 64 * 1024;
    one.offer([entry(51)], place(51));
    pass(29_000);
    expect(sink.closed).toBe(false);
  });

  test('that reads nothing for 30 s is told to read anew, from where the feed is', () => {
    const one = client();
    sink.buffered = 64 * 1024;
    one.offer([entry(1), entry(2)], place(2));
    pass(30_500);
    expect(words()).toEqual(['id: 1-1-1:700.2\nevent: resync\ndata: {"reason":"too-slow"}']);
    expect([sink.closed, one.isClosed]).toEqual([true, true]);
    one.offer([entry(3)], place(3));
    pass(1_000);
    expect(words()).toHaveLength(1);
  });

  test('to whom nothing happens is let go all the same when he does not even take the beats', () => {
    const one = client();
    sink.buffered = 64 * 1024;
    one.beat({});
    pass(15_000);
    one.beat({});
    expect(sink.closed).toBe(false);
    pass(15_500);
    expect(words()).toEqual(['id: 1-1-1:700.0\nevent: resync\ndata: {"reason":"too-slow"}']);
    expect(sink.closed).toBe(true);
  });

  test('that takes its beats again late stays', () => {
    const one = client();
    sink.buffered = 64 * 1024;
    one.beat({});
    pass(29_000);
    sink.buffered = 100;
    pass(60_000);
    expect([sent, sink.closed]).toEqual([[], false]);
  });

  test('of whom too many cases wait is told the same', () => {
    const one = client();
    one.offer(
      [1, 2, 3, 4].map((n) => entry(n)),
      place(4),
    );
    expect(words()).toEqual(['id: 1-1-1:700.4\nevent: resync\ndata: {"reason":"too-many"}']);
    expect(sink.closed).toBe(true);
  });

  test('goes on from its last event although a beat came in between', () => {
    const one = client();
    one.offer([entry(1)], place(1));
    one.beat({});
    expect(words()).toEqual(['event: beat\ndata: {}']);
    pass(250);
    one.beat({});
    expect(words().at(-1)).toBe('id: 1-1-1:700.1\nevent: beat\ndata: {}');
  });

  test('is said bye to once', () => {
    const one = client();
    one.bye('revoked');
    one.bye('shutdown');
    expect(words()).toEqual(['event: bye\ndata: {"reason":"revoked"}']);
  });
});

describe('over a real connection', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice({ flushMs: 20, beatMs: 200, maxBlockedMs: 300, maxCases: 20_000 });
  });
  afterAll(() => office.stop());

  const burst = async (round: number): Promise<void> => {
    await sql`insert into change_feed (project, case_no, seq, fence, kind, at)
      select ${LAKE}, 'C-' || g, ${round}, 1, 'case', to_timestamp(0) from generate_series(1, 8000) g`.execute(
      office.deps.database.db,
    );
    await sql`select pg_notify('change_feed', '')`.execute(office.deps.database.db);
  };

  test('who does not read is let go, who reads has everything', async () => {
    const slow = await EventReader.open(office.url, KEYS.engineering, { paused: true });
    const quick = await EventReader.open(office.url, KEYS.security);
    await until(() => office.feed.size === 2);
    for (let round = 1; office.feed.size === 2 && round < 40; round += 1) {
      await burst(round);
      await until(() => quick.of('case').at(-1)?.data.seq === round && quick.of('case').length % 8_000 === 0, 20_000);
    }
    await until(() => office.feed.size === 1, 10_000);
    slow.response.resume();
    await until(() => slow.ended);
    expect(quick.ended).toBe(false);
    expect(quick.of('resync')).toEqual([]);
    quick.close();
  }, 60_000);

  test('a server that stops says bye to everybody', async () => {
    const reader = await EventReader.open(office.url, KEYS.engineering);
    await reader.next('hello');
    await office.feed.stop();
    expect((await reader.next('bye')).data).toEqual({ reason: 'shutdown' });
    await until(() => reader.ended);
    const late = await EventReader.open(office.url, KEYS.engineering);
    expect((await late.next('bye')).data).toEqual({ reason: 'shutdown' });
  });
});
