import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../../domain/instant';
import type { Fault } from '../fault';
import type { Entry } from '../harness/log';
import { noteWish } from '../harness/wishes';
import { openCalm, withdrawAll } from './cases';

/** Commands for one case, evenly over ten seconds, whatever becomes of them. */
export function crowdedCase(name: string, count: number, inCi: boolean): Fault {
  let numbers: string[] = [];
  let sent: Entry[] = [];
  let took: number | null = null;
  return {
    name,
    title: `${count.toLocaleString('en')} commands in 10 s at one case`,
    ...{ group: 'load', inCi, during: 0, grace: 300 },
    load: { notesPerSecond: 0 },
    inject: async (scene) => {
      numbers = await openCalm(scene, 1);
      const [no = ''] = numbers;
      const begun = Date.now();
      const notes = Array.from({ length: count }, async (_, index) => {
        await pause((index * 10 * SECOND) / count);
        return scene.client.send(noteWish(no, index));
      });
      sent = await Promise.all(notes);
      took = Date.now() - begun;
    },
    heal: (scene) => withdrawAll(scene, numbers),
    figures: () => (took === null ? null : `all answered after ${(took / SECOND).toFixed(0)} s`),
    demands: () => {
      const accepted = sent.filter(({ outcome }) => outcome === 'accepted').length;
      return accepted === count ? [] : [`${accepted} of ${count} commands were accepted`];
    },
  };
}
