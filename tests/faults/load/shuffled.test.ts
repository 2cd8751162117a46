import { CAREER, noteWish, openingWish, pathOf } from '../../../bench/faults/harness/wishes';
import type { Wish } from '../../../bench/faults/harness/log';
import { startProduct, type Answer, type Body, type Product } from '../../support/product';
import { until } from '../../workflows/support/until';

jest.setTimeout(120_000);

/** Clients that know no order: every command of a complaint at once, twice, from the last to the first, and too late. */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

const NOTES = 4;
/** In each round at least one more is accepted, the one whose turn it is. */
const ROUNDS = CAREER.length + 1;

function send(wish: Wish, key: string): Promise<Answer> {
  // The case is of a home that nobody of this company lives in: the clerk says what its owner said on the phone.
  const as = wish.as === 'resident' ? 'customer_service' : wish.as;
  return product.call(as, 'POST', pathOf(wish), wish.body, { 'idempotency-key': key });
}

/** Everything that is done to a case, the last first. */
function backwards(no: string): { readonly wish: Wish; readonly key: string }[] {
  const steps = CAREER.map((step) => step(no, Date.now()));
  const notes = Array.from({ length: NOTES }, (_, index) => noteWish(no, index));
  return [...steps, ...notes].reverse().map((wish, index) => ({ wish, key: `${wish.name}-${index}` }));
}

function count(journal: readonly Body[], type: string): number {
  return journal.filter((event) => event.type === type).length;
}

/** What an answer says of the case, apart from when it was asked. */
function said({ body: { seq, stage, obligations, detail } }: Answer): Body {
  return { seq, stage, obligations, detail };
}

async function journalOf(no: string): Promise<Body[]> {
  const { body } = await product.call('manager', 'GET', `/api/v1/cases/${no}/timeline?limit=1000`);
  return body.items as Body[];
}

test('backwards, all at once and each twice: what is accepted is done once, and nothing more after the end', async () => {
  const opened = await send(openingWish(1), 'the-start');
  expect(opened.status).toBe(201);
  const no = opened.body.no as string;
  const wishes = backwards(no);
  const first = new Map<string, Answer>();
  const closed = (): boolean => [...first.keys()].some((key) => key.startsWith('close'));
  // Refused commands are sent again until their turn has come; each round, all of them at once, and each twice.
  for (let round = 0; round < ROUNDS && !closed(); round += 1) {
    const left = wishes.filter(({ key }) => !first.has(key));
    await Promise.all(
      left.map(async ({ wish, key }) => {
        const [one, other] = await Promise.all([send(wish, key), send(wish, key)]);
        expect([200, 409, 503]).toContain(one.status);
        const accepted = [one, other].find(({ status }) => status === 200);
        if (accepted) first.set(key, accepted);
      }),
    );
  }
  const before = await until('every message has its outcome', async () => {
    const journal = await journalOf(no);
    const [asked, told] = ['notify-requested', 'notified'].map((type) => count(journal, type));
    return asked === told && journal;
  });
  expect(before.map(({ seq }) => seq)).toEqual(before.map((_event, index) => index + 1));
  // Some commands are overtaken for good: nobody acknowledges what is being worked on already.
  const taken = (name: string): number => [...first.keys()].filter((key) => key.startsWith(name)).length;
  expect(['acknowledged', 'noted', 'closed'].map((type) => count(before, type))).toEqual(
    ['acknowledge', 'note', 'close'].map(taken),
  );
  expect([taken('note'), taken('close')]).toEqual([NOTES, 1]);

  for (const { wish, key } of wishes) {
    // The same key gets the same answer for ever; a new one is refused, and nothing happens.
    const again = await send(wish, key);
    const answered = first.get(key);
    if (answered) expect([wish.name, again.status, said(again)]).toEqual([wish.name, 200, said(answered)]);
    else expect([wish.name, again.status]).toEqual([wish.name, 409]);
    const late = await send(wish, `${key}-late`);
    expect([wish.name, late.status]).toEqual([wish.name, 409]);
  }
  const { body: read } = await product.call('manager', 'GET', `/api/v1/cases/${no}`);
  expect(read.stage).toBe('closed');
  expect(await journalOf(no)).toEqual(before);
});
