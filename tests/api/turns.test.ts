import { Turns } from '../../api/turns';

const LONG = 10_000;

function order(): { readonly log: string[]; enter(turns: Turns, key: string, name: string): Promise<() => void> } {
  const log: string[] = [];
  return {
    log,
    enter: async (turns, key, name) => {
      const leave = await turns.take(key, LONG);
      if (!leave) throw new Error(`${name} gave up`);
      log.push(name);
      return leave;
    },
  };
}

/** Lets everything go on that waits for nothing but its turn. */
const moment = () => new Promise((resolve) => setImmediate(resolve));

test('as many as the width go at once, the others in the order in which they came', async () => {
  const turns = new Turns(2);
  const { log, enter } = order();
  const entered = ['a', 'b', 'c', 'd', 'e'].map((name) => enter(turns, 'one', name));
  await moment();
  expect(log).toEqual(['a', 'b']);
  (await entered[1])?.();
  await moment();
  expect(log).toEqual(['a', 'b', 'c']);
  (await entered[0])?.();
  (await entered[2])?.();
  await moment();
  expect(log).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('keys do not wait for each other', async () => {
  const turns = new Turns(1);
  const { log, enter } = order();
  await enter(turns, 'one', 'a');
  await enter(turns, 'two', 'b');
  expect(log).toEqual(['a', 'b']);
});

test('who gave up takes no turn from those behind him', async () => {
  const turns = new Turns(1);
  const { log, enter } = order();
  const leave = await enter(turns, 'one', 'a');
  expect(await turns.take('one', 1)).toBeNull();
  const behind = enter(turns, 'one', 'c');
  leave();
  (await behind)();
  expect(log).toEqual(['a', 'c']);
  // Nobody is there any more: the next one goes at once.
  await enter(turns, 'one', 'd');
  expect(log).toEqual(['a', 'c', 'd']);
});
