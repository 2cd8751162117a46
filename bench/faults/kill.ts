import type { Scene } from './fault';
import { victimsOf, type Part, type Victim } from './harness/topology';

/** What faults do to the processes of one part. */
export function all(part: Part): (scene: Pick<Scene, 'topology'>) => readonly Victim[] {
  return ({ topology }) => victimsOf(topology, part);
}

export function first(part: Part): (scene: Scene) => readonly Victim[] {
  return ({ topology }) => [victimsOf(topology, part)[0]];
}

export function killing(of: (scene: Scene) => readonly Victim[]) {
  return {
    inject: (scene: Scene) => each(of(scene), (victim) => victim.kill9()),
    heal: (scene: Scene) => each(of(scene), (victim) => victim.start()),
  };
}

export function freezing(of: (scene: Scene) => readonly Victim[]) {
  return {
    inject: (scene: Scene) => each(of(scene), (victim) => victim.freeze()),
    heal: (scene: Scene) => each(of(scene), (victim) => victim.thaw()),
  };
}

export async function each(victims: readonly Victim[], hurt: (victim: Victim) => Promise<unknown>): Promise<void> {
  await Promise.all(victims.map(hurt));
}
