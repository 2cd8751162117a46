import type { Fault, Scene } from '../fault';
import type { Entry, Wish } from '../harness/log';
import { CAREER, noteWish } from '../harness/wishes';
import { openCalm, withdrawAll } from './cases';

const CASES = 20;
const NOTES = 4;
/** In each round at least one more is accepted, the one whose turn it is. */
const ROUNDS = CAREER.length + 1;

/** Clients that know no order: all commands of a case at once from the last to the first, each again, and too late. */
export const shuffled: Fault = {
  name: 'load-shuffled',
  title: `all commands of ${CASES} cases at once, backwards and doubled, and again after the end`,
  ...{ group: 'load', inCi: false, during: 0, grace: 120 },
  inject: async (scene) => {
    const numbers = await openCalm(scene, CASES);
    await Promise.all(numbers.map((no) => careerBackwards(scene, no)));
  },
  heal: () => Promise.resolve(),
};

async function careerBackwards(scene: Scene, no: string): Promise<void> {
  const notes = Array.from({ length: NOTES }, (_, index) => noteWish(no, index));
  const wishes = [...CAREER.map((step) => step(no, Date.now())), ...notes].reverse();
  let left: readonly Wish[] = wishes;
  for (let round = 0; round < ROUNDS && left.length > 0; round += 1) {
    const sent = await Promise.all(left.map((wish) => scene.client.send(wish)));
    await again(
      scene,
      sent.filter(({ outcome }) => outcome === 'accepted'),
    );
    left = sent.filter(({ outcome }) => outcome !== 'accepted').map(wishOf);
  }
  for (const wish of wishes) await scene.client.send(wish);
  if (!left.some(({ name }) => name === 'close')) return;
  // What could not be closed, for want of an answer, is ended all the same: in its order, since work that is done is
  // not withdrawn while the resident is still to be called.
  for (const step of CAREER) await scene.client.send(step(no, Date.now()));
  await withdrawAll(scene, [no]);
}

/** The same key twice more, at once. */
async function again({ client }: Scene, entries: readonly Entry[]): Promise<void> {
  await Promise.all(entries.flatMap((entry) => [0, 1].map(() => client.send(wishOf(entry), entry.key))));
}

function wishOf({ no, name, as, body }: Entry): Wish {
  return { no, name, as, body };
}
