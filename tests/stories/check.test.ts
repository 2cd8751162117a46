import { check } from '../../story/check/check';
import type { Check, Matcher } from '../../story/check/matcher';
import type { CaseObservation, ObservedEvent, Observation } from '../../story/check/observation';
import type { Json } from '../../story/format/values';
import { mutations } from './support/mutate';

const NINE = Date.parse('2026-11-23T09:00:00+08:00');
const MINUTE = 60_000;

const equal = (value: Json): Matcher => ({ is: 'equal', value });
const planned = (instant: number): Matcher => ({ is: 'planned', instant });
const happened = (instant: number): Matcher => ({ is: 'happened', instant });
const fields = (of: Record<string, Matcher>): Matcher => ({ is: 'fields', fields: of });

function event(seq: number, type: string, at: number, data: Record<string, Json> = {}): ObservedEvent {
  return { seq, type, at, by: 'system', role: 'system', fields: { type, at, by: 'system', ...data } };
}

function seen(of: Partial<CaseObservation> = {}): Observation {
  const journal = [
    event(1, 'received', NINE),
    event(2, 'obligation-missed', NINE + 15 * MINUTE + 40, {
      obligation: 'acknowledge',
      plannedAt: NINE + 15 * MINUTE,
    }),
  ];
  const acknowledge = {
    id: 'acknowledge',
    kind: 'acknowledge',
    state: 'open',
    dueAt: NINE + 15 * MINUTE,
    missedAt: NINE + 15 * MINUTE + 40,
  };
  return {
    at: NINE + 20 * MINUTE,
    moments: [NINE],
    case: {
      no: 'C-1',
      state: { stage: 'classified', seq: journal.length },
      obligations: [acknowledge],
      journal,
      explanations: {},
      actions: {},
      ...of,
    },
    inboxes: {},
    work: {},
    cases: null,
  };
}

function expecting(of: Partial<Check>): Check {
  const none = {
    state: null,
    obligations: null,
    journal: null,
    counts: null,
    inboxes: [],
    work: [],
    explanations: null,
    actions: null,
    cases: null,
  };
  return { path: 'then', line: 1, case: 'case', zone: 'Asia/Shanghai', ...none, ...of };
}

const wrong = (expected: Partial<Check>, observation: Observation = seen()): string[] =>
  check(expecting(expected), observation)
    .filter(({ ok }) => !ok)
    .map(({ what, expected: wanted, actual }) => `${what}: ${wanted} / ${actual}`);

const acknowledge = (of: Record<string, Matcher>, exactly = false): Partial<Check> => ({
  obligations: { exactly, items: [{ key: 'acknowledge', matcher: fields(of) }] },
});

describe('planned instants', () => {
  test('are compared to the millisecond', () => {
    expect(wrong(acknowledge({ dueAt: planned(NINE + 15 * MINUTE) }))).toEqual([]);
    expect(wrong(acknowledge({ dueAt: planned(NINE + 15 * MINUTE + 1) }))).toEqual([
      'obligations.acknowledge.dueAt: 2026-11-23 09:15:00.001 / 2026-11-23 09:15 (1ms earlier)',
    ]);
  });

  test('carry the milliseconds by which what they count from was late, and no others', () => {
    const late = seen({ obligations: [{ id: 'acknowledge', kind: 'acknowledge', dueAt: NINE + 75 * MINUTE + 40 }] });
    expect(wrong(acknowledge({ dueAt: planned(NINE + 75 * MINUTE) }), late)).toEqual([]);
    expect(wrong(acknowledge({ dueAt: planned(NINE + 75 * MINUTE + 1) }), late)).toHaveLength(1);
    expect(wrong(acknowledge({ dueAt: planned(NINE + 75 * MINUTE + 20) }), late)).toHaveLength(1);
  });
});

describe('what happened', () => {
  test('may be less than a second later, and never earlier', () => {
    expect(wrong(acknowledge({ missedAt: happened(NINE + 15 * MINUTE) }))).toEqual([]);
    expect(wrong(acknowledge({ missedAt: happened(NINE + 15 * MINUTE + 41) }))).toHaveLength(1);
    expect(wrong(acknowledge({ missedAt: happened(NINE + 15 * MINUTE - 960) }))).toHaveLength(1);
    expect(wrong(acknowledge({ missedAt: happened(NINE + 15 * MINUTE - 959) }))).toEqual([]);
  });

  test('is nothing when it did not', () => {
    expect(wrong(acknowledge({ metAt: happened(NINE) }))).toEqual([
      'obligations.acknowledge.metAt: 2026-11-23 09:00 / nothing',
    ]);
    expect(wrong(acknowledge({ missedAt: equal(null) }))).toHaveLength(1);
  });
});

describe('obligations', () => {
  const rounds = seen({
    obligations: [
      { id: 'outage-update:1:1', kind: 'outage-update', state: 'met' },
      { id: 'outage-update:1:2', kind: 'outage-update', state: 'open' },
    ],
  });
  const byKey = (key: string, state: string): Partial<Check> => ({
    obligations: { exactly: false, items: [{ key, matcher: fields({ state: equal(state) }) }] },
  });

  test('are found by id, by a kind that only one has, or by number', () => {
    expect(wrong(byKey('outage-update:1:2', 'open'), rounds)).toEqual([]);
    expect(wrong(byKey('outage-update#1', 'met'), rounds)).toEqual([]);
    expect(wrong(byKey('outage-update#2', 'open'), rounds)).toEqual([]);
    expect(wrong(byKey('outage-update', 'open'), rounds)[0]).toContain(
      '2 of this kind: outage-update:1:1 (outage-update#1)',
    );
    expect(wrong(byKey('outage-update#3', 'open'), rounds)).toHaveLength(1);
    expect(wrong(byKey('survey', 'open'), rounds)[0]).toContain('none; there are outage-update:1:1');
  });

  test('exactly these and no others', () => {
    expect(wrong(acknowledge({}, true))).toEqual([]);
    const more = seen({
      obligations: [
        { id: 'acknowledge', kind: 'acknowledge' },
        { id: 'close', kind: 'close', state: 'open' },
      ],
    });
    expect(wrong(acknowledge({}, true), more)).toEqual(['all-obligations: no others / close (open)']);
    expect(wrong(acknowledge({}), more)).toEqual([]);
  });
});

describe('the journal', () => {
  const journal = (exactly: boolean, ...types: string[]): Partial<Check> => ({
    journal: { exactly, items: types.map((type) => fields({ type: equal(type) })) },
  });

  test('holds these events in this order', () => {
    expect(wrong(journal(false, 'received', 'obligation-missed'))).toEqual([]);
    expect(wrong(journal(false, 'obligation-missed'))).toEqual([]);
    expect(wrong(journal(false, 'obligation-missed', 'received'))).toEqual([
      'journal[1]: type: received / no such event from here on',
    ]);
  });

  test('or exactly these', () => {
    expect(wrong(journal(true, 'received', 'obligation-missed'))).toEqual([]);
    expect(wrong(journal(true, 'received'))).toEqual(['all-journal: no more events / obligation-missed']);
    expect(wrong(journal(true, 'obligation-missed'))).toHaveLength(1);
  });

  test('tells in what the nearest event differs', () => {
    const expected = {
      journal: { exactly: false, items: [fields({ type: equal('obligation-missed'), obligation: equal('close') })] },
    };
    expect(wrong(expected)).toEqual([
      'journal[0]: type: obligation-missed, obligation: close / event 2 obligation-missed with obligation: acknowledge',
    ]);
  });

  test('never has a gap', () => {
    const gap = seen({ journal: [event(1, 'received', NINE), event(3, 'noted', NINE)], state: { seq: 3 } });
    expect(wrong({}, gap)).toEqual(['journal: event 2 / event 3: there is a gap']);
    expect(wrong({}, seen({ state: { seq: 5 } }))).toEqual(['journal without a gap: 2 / 5']);
  });

  test('is counted by type', () => {
    expect(wrong({ counts: { received: 1, noted: 0 } })).toEqual([]);
    expect(wrong({ counts: { received: 2 } })).toEqual(['counts.received: 2 / 1']);
  });
});

describe('inboxes', () => {
  const inbox = (times: number, exactly = false): Partial<Check> => ({
    inboxes: [
      {
        who: 'manager',
        exactly,
        messages: [
          { template: 'escalated', times, matcher: fields({ template: equal('escalated'), urgent: equal(true) }) },
        ],
      },
    ],
  });
  const observation = {
    ...seen(),
    inboxes: {
      manager: [
        { template: 'escalated', urgent: true },
        { template: 'escalated', urgent: false },
      ],
    },
  };

  test('hold each message as often as is said', () => {
    expect(wrong(inbox(1), observation)).toEqual([]);
    expect(wrong(inbox(2), observation)).toEqual([
      'inbox.manager.escalated: 2 × / 1 ×; not counted, for: urgent: false',
    ]);
    expect(wrong(inbox(1, true), observation)).toEqual(['all-inbox.manager: no others / escalated']);
  });
});

test('a case that was never started is a failure, not a crash', () => {
  expect(wrong({ state: fields({}) }, { ...seen(), case: null })).toEqual([
    'case: a case / the story has started none yet',
  ]);
});

test('a second more or less in any expected instant is seen', () => {
  const expected = expecting({
    ...acknowledge({ dueAt: planned(NINE + 15 * MINUTE), missedAt: happened(NINE + 15 * MINUTE) }),
    journal: {
      exactly: false,
      items: [fields({ type: equal('obligation-missed'), at: happened(NINE + 15 * MINUTE) })],
    },
  });
  expect(check(expected, seen()).every(({ ok }) => ok)).toBe(true);
  const changed = [...mutations(expected, 1_000), ...mutations(expected, -1_000)];
  expect(changed).toHaveLength(6);
  for (const { check: mutated } of changed) expect(check(mutated, seen()).some(({ ok }) => !ok)).toBe(true);
});
