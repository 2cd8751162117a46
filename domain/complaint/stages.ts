import type { Stages } from '../slices/stage';

/** A complaint's way: received, classified, handling, then feedback, review, closed. */
export const STAGES: Stages = {
  handling: ['received', 'classified', 'handling'],
  working: ['classified', 'handling'],
};
