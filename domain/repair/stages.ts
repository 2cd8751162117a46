import type { Stages } from '../slices/stage';

/** A repair's way (REP-053): the last two are `callback` and `closed`. */
export const STAGES: Stages = {
  handling: ['received', 'dispatched', 'contacted', 'en-route', 'arrived', 'working'],
  working: ['dispatched', 'contacted', 'en-route', 'arrived', 'working'],
};

export const ON_SITE: readonly string[] = ['arrived', 'working'];
