import fc from 'fast-check';
import {
  accept,
  afterFailure,
  apply,
  next,
  NOTHING_PENDING,
  ruleOf,
  type Channel,
  type DeliveryClass,
  type DeliveryOrder,
  type DeliveryState,
  type Outcome,
} from '../../domain/delivery';
import { loadNotificationPolicy } from '../../common/policy/load';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../domain/instant';
import { isBetween } from '../../domain/zone';

/** Deliveries beyond the inbox, decided without a clock. */

const policy = loadNotificationPolicy();
const ZONE = 'Asia/Shanghai';
/** A Monday, 09:00 in Shanghai. */
const NINE = Date.UTC(2026, 10, 23, 1);
const { normal, urgent, digest } = policy.classes;

function order(id: string, of: DeliveryClass = 'normal', more: Partial<DeliveryOrder['rule']> = {}): DeliveryOrder {
  return { id, notification: id, at: NINE, zone: ZONE, again: false, rule: { ...policy.classes[of], ...more } };
}

interface Sent {
  readonly at: Instant;
  readonly channel: Channel;
  readonly ids: readonly string[];
}

type Answer = (id: string, channel: Channel, now: Instant) => Outcome;
const sends: Answer = () => ({ kind: 'sent' });

/** Plays deliveries as the workflow does: what arrives, what each try comes to. Time jumps to what is next. */
function play(arrivals: readonly { at: Instant; order: DeliveryOrder }[], answer: Answer = sends, from = NINE) {
  let state: DeliveryState = NOTHING_PENDING;
  let now = from;
  const sent: Sent[] = [];
  const waiting = [...arrivals].sort((a, b) => a.at - b.at);
  for (let steps = 0; steps < 10_000; steps += 1) {
    const come = waiting.filter(({ at }) => at <= now);
    waiting.splice(0, come.length);
    state = accept(
      state,
      come.map((each) => each.order),
      now,
    );
    const step = next(state, now);
    if (step.do === 'send') {
      const { channel, messages } = step.sending;
      const ids = messages.map((message) => message.order.id);
      sent.push({ at: now, channel, ids });
      const outcomes = Object.fromEntries(ids.map((id) => [id, answer(id, channel, now)]));
      state = apply(state, step.sending, outcomes, now);
      continue;
    }
    const arrival = waiting[0]?.at ?? Infinity;
    if (step.do === 'end' && arrival === Infinity) return { sent, state };
    now = Math.min(arrival, step.do === 'wait' ? step.until : Infinity);
  }
  throw new Error('it never ends');
}

const at = (instant: Instant, ...orders: DeliveryOrder[]) => orders.map((each) => ({ at: instant, order: each }));
const told = (sent: readonly Sent[]) =>
  sent.map((each) => `+${(each.at - NINE) / MINUTE} ${each.channel} ${each.ids.join(',')}`);

describe('when', () => {
  test('an urgent message goes at once, and over the next channel while nobody acknowledges it', () => {
    expect(told(play(at(NINE, order('a', 'urgent'))).sent)).toEqual(['+0 email a', '+5 robot a']);
  });

  test('one that was read is not told again', () => {
    const read: Answer = (_id, channel) => (channel === 'email' ? { kind: 'sent' } : { kind: 'withdrawn' });
    expect(told(play(at(NINE, order('a', 'urgent')), read).sent)).toEqual(['+0 email a', '+5 robot a']);
    expect(play(at(NINE, order('a', 'urgent')), () => ({ kind: 'withdrawn' })).sent).toHaveLength(1);
  });

  test('who has no mailbox is reached by the next channel at once', () => {
    const none: Answer = (_id, channel) => (channel === 'email' ? { kind: 'no-address' } : { kind: 'passed-on' });
    expect(told(play(at(NINE, order('a', 'urgent')), none).sent)).toEqual(['+0 email a', '+0 robot a']);
  });

  test('what is not urgent waits a little and takes along what came meanwhile, of a digest too', () => {
    const arrivals = [
      ...at(NINE, order('a'), order('slow', 'digest')),
      ...at(NINE + MINUTE, order('b')),
      ...at(NINE + 3 * MINUTE, order('c')),
    ];
    const mails = play(arrivals).sent.filter(({ channel }) => channel === 'email');
    expect(told(mails)).toEqual(['+2 email a,slow,b', '+5 email c']);
  });

  test('at night only urgent messages go; the others come in the morning as one, oldest first', () => {
    const night = NINE + 14 * HOUR;
    const arrivals = [
      ...at(night, order('a'), order('u', 'urgent')),
      ...at(night + HOUR, order('b', 'digest'), order('c')),
    ];
    const mails = play(arrivals).sent.filter(({ channel }) => channel === 'email');
    expect(told(mails)).toEqual([`+${14 * 60} email u`, `+${22 * 60} email a,b,c`]);
  });

  test('quiet hours begin on their minute and end on theirs', () => {
    const one = (instant: Instant) =>
      play(at(instant, order('a', 'normal', { bundleWithin: 0 })), sends, instant).sent[0]?.at;
    const ten = NINE + 13 * HOUR;
    expect(one(ten - 1)).toBe(ten - 1);
    expect(one(ten)).toBe(ten + 9 * HOUR);
    expect(one(ten + 9 * HOUR - 1)).toBe(ten + 9 * HOUR);
    expect(one(ten + 9 * HOUR)).toBe(ten + 9 * HOUR);
  });

  test('what the cap holds up until the quiet hours begin waits for their end, however long its time has passed', () => {
    const evening = NINE + 12 * HOUR;
    const capped = { cap: 1, channels: ['email'] as const, bundleWithin: 0 };
    const arrivals = [
      ...at(evening - 10 * MINUTE, order('first', 'normal', capped)),
      ...at(evening - 5 * MINUTE, order('held', 'normal', capped)),
      ...at(evening + 20 * MINUTE, order('between', 'urgent', capped)),
      ...at(evening + 80 * MINUTE, order('at night', 'urgent', capped)),
    ];
    const night = (instant: Instant) => isBetween(instant, { from: '22:00', to: '07:00' }, ZONE);
    const { sent } = play(arrivals);
    expect(sent.filter(({ ids }) => ids.includes('held')).map(({ at: instant }) => night(instant))).toEqual([false]);
    expect(sent.find(({ ids }) => ids.includes('at night'))?.ids).toEqual(['at night']);
  });

  test('above the cap messages are put together: urgent ones after a minute, others when the hour is over', () => {
    const capped = { cap: 2, channels: ['email'] as const, bundleWithin: 0 };
    const three = ['a', 'b', 'c', 'd'].map((id, index) => ({
      at: NINE + index * MINUTE,
      order: order(id, 'normal', capped),
    }));
    expect(told(play(three).sent)).toEqual(['+0 email a', '+1 email b', '+60 email c,d']);

    const storm = ['a', 'b', 'c', 'd'].map((id) => ({ at: NINE, order: order(id, 'urgent', capped) }));
    expect(told(play(storm).sent)).toEqual(['+0 email a', '+0 email b', '+1 email c,d']);
  });

  test('one that is not committed yet is looked at again soon, and counts for nothing', () => {
    let asked = 0;
    const notYet: Answer = () => ((asked += 1) < 3 ? { kind: 'not-yet' } : { kind: 'sent' });
    const { sent } = play(at(NINE, order('a', 'urgent', { channels: ['email'] })), notYet);
    expect(sent.map((each) => each.at - NINE)).toEqual([0, 2 * SECOND, 4 * SECOND]);
  });
});

describe('what fails', () => {
  const failing =
    (until: Instant): Answer =>
    (_id, channel, now) =>
      channel === 'email' && now < until ? afterFailure(urgent, { since: NINE, count: 0 }, now, 0) : { kind: 'sent' };

  test('is tried again on its channel, and meanwhile on the next one when nobody acknowledges', () => {
    const { sent } = play(at(NINE, order('a', 'urgent')), failing(NINE + 3 * MINUTE));
    expect(told(sent)).toEqual(['+0 email a', '+1 email a', '+2 email a', '+3 email a', '+8 robot a']);
    const away = play(at(NINE, order('a', 'urgent')), failing(NINE + 7 * MINUTE)).sent;
    expect(told(away).slice(4)).toEqual(['+4 email a', '+5 email a', '+5 robot a', '+6 email a', '+7 email a']);
  });

  test('pauses as the ladder says, and longer when the receiver asks for it', () => {
    const pauses = [0, 1, 2, 9].map((count) => afterFailure(normal, { since: NINE, count }, NINE, 0));
    expect(pauses).toEqual(
      [MINUTE, 2 * MINUTE, 5 * MINUTE, HOUR].map((pause) => ({ kind: 'retry', at: NINE + pause })),
    );
    expect(afterFailure(normal, { since: NINE, count: 0 }, NINE, HOUR)).toEqual({ kind: 'retry', at: NINE + HOUR });
  });

  test('is a dead letter when its time is over, also when it is asked to come back only then', () => {
    const late = NINE + normal.giveUpAfter;
    expect(afterFailure(normal, { since: NINE, count: 70 }, late - HOUR, 0)).toEqual({ kind: 'retry', at: late });
    expect(afterFailure(normal, { since: NINE, count: 70 }, late - HOUR + 1, 0)).toEqual({ kind: 'dead' });
    expect(afterFailure(normal, { since: null, count: 0 }, NINE, 30 * DAY)).toEqual({ kind: 'dead' });
  });

  test('for good goes over the next channel at once', () => {
    const dead: Answer = (_id, channel) => (channel === 'email' ? { kind: 'dead' } : { kind: 'sent' });
    expect(told(play(at(NINE, order('a', 'urgent')), dead).sent)).toEqual(['+0 email a', '+0 robot a']);
  });

  test('of one never holds up an urgent one', () => {
    const answer: Answer = (id, channel, now) =>
      id === 'slow' ? afterFailure(normal, { since: NINE, count: 9 }, now, 0) : sends(id, channel, now);
    const arrivals = [...at(NINE, order('slow')), ...at(NINE + 10 * MINUTE, order('u', 'urgent'))];
    const { sent } = play(arrivals, (id, channel, now) =>
      now > NINE + DAY ? { kind: 'dead' } : answer(id, channel, now),
    );
    expect(sent.find(({ ids }) => ids.includes('u'))?.at).toBe(NINE + 10 * MINUTE);
  });
});

test('a rule is found by urgency, then by template', () => {
  expect(ruleOf(policy, { urgent: true, template: 'progress-recorded' })).toBe(urgent);
  expect(ruleOf(policy, { urgent: false, template: 'progress-recorded' })).toBe(digest);
  expect(ruleOf(policy, { urgent: false, template: 'of another family' })).toBe(normal);
});

describe('whatever comes and whatever fails', () => {
  const arrival = fc.record({
    minute: fc.integer({ min: 0, max: 3 * 24 * 60 }),
    of: fc.constantFrom<DeliveryClass>('urgent', 'normal', 'digest'),
  });
  /** What the tries of a message come to, one after the other; `sent` from then on. */
  const fates = fc.array(
    fc.array(fc.constantFrom('retry', 'not-yet', 'no-address', 'dead', 'withdrawn', 'sent'), { maxLength: 6 }),
    { minLength: 1, maxLength: 5 },
  );
  const capped = fc.constantFrom(null, 1, 3, 20);

  test('each is sent, given up or withdrawn, once on each channel, and never at night unless it is urgent', () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 25 }), fates, capped, (arrivals, all, cap) => {
        const orders = arrivals.map(({ minute, of }, index) => ({
          at: NINE + minute * MINUTE,
          order: order(`${of} ${index}`, of, { cap }),
        }));
        const left = new Map(orders.map(({ order: { id } }, index) => [id, [...(all[index % all.length] ?? [])]]));
        const ended = new Map<string, string[]>();
        const { sent, state } = play(orders, (id, channel, now) => {
          const kind = left.get(id)?.shift() ?? 'sent';
          if (kind === 'retry') return afterFailure(urgent, { since: now, count: 0 }, now, 0);
          if (kind !== 'not-yet') ended.set(id, [...(ended.get(id) ?? []), `${channel} ${kind}`]);
          return { kind };
        });
        expect(state.pending).toEqual([]);
        for (const {
          order: { id, rule },
        } of orders) {
          const ends = ended.get(id) ?? [];
          const channels = ends.map((end) => end.split(' ')[0]);
          expect(new Set(channels).size).toBe(channels.length);
          const isWithdrawn = ends.some((end) => end.endsWith('withdrawn'));
          if (!isWithdrawn) expect([...channels].sort()).toEqual([...rule.channels].sort());
        }
        for (const { at: instant, ids } of sent) {
          if (ids.some((id) => !id.startsWith('urgent'))) {
            expect(isBetween(instant, { from: '22:00', to: '07:00' }, ZONE)).toBe(false);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('what does not fail goes out in the order in which it came, and an order that comes again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 25 }), capped, (arrivals, cap) => {
        const orders = arrivals
          .map(({ minute, of }) => ({ minute, of }))
          .sort((a, b) => a.minute - b.minute)
          .map(({ minute, of }, index) => ({
            at: NINE + minute * MINUTE,
            order: order(`${of} ${index}`, of, { cap, channels: ['email'] }),
          }));
        const { sent } = play(orders);
        for (const kind of ['urgent', 'normal', 'digest']) {
          const ids = sent.flatMap((each) => each.ids).filter((id) => id.startsWith(kind));
          expect(ids).toEqual(orders.map((each) => each.order.id).filter((id) => id.startsWith(kind)));
        }
        const again = orders.map((each) => ({ ...each, at: each.at + DAY }));
        expect(play([...orders, ...again]).sent).toEqual(sent);
      }),
      { numRuns: 200 },
    );
  });

  test('the cap holds for what is not urgent', () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 25 }), (arrivals) => {
        const orders = arrivals.map(({ minute }, index) => ({
          at: NINE + minute * MINUTE,
          order: order(`n${index}`, 'normal', { cap: 2, bundleWithin: 0 }),
        }));
        const { sent } = play(orders);
        for (const { at: instant } of sent) {
          const hour = sent.filter((each) => each.at > instant - HOUR && each.at <= instant);
          expect(hour.length).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 200 },
    );
  });
});
