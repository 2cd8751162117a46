import type { WorkerOptions } from '@temporalio/worker';

/** What the SDK offers for tuning, as measured by `npm run bench` (docs/performance.md). */
export const TUNING = {
  // A command that comes right after a worker was killed waits this long for it before another gets the task.
  stickyQueueScheduleToStartTimeout: '2s',
  // Work in hand is finished at SIGTERM; longer than one journal write, shorter than an orchestrator's patience.
  shutdownGraceTime: '10s',
  shutdownForceTime: '20s',
} satisfies Partial<WorkerOptions>;
