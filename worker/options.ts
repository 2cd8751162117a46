import type { WorkerOptions } from '@temporalio/worker';

/**
 * What is set otherwise than the SDK has it; the worker of the minimal workflows in `bench/` takes the same. The rest is
 * the SDK's own (1.24): nothing else has been measured against it yet.
 */
export const TUNING = {
  // A command that comes right after a worker was killed waits this long for it before another gets the task. What is
  // under way waits for the task's own timeout, 10 s (M9).
  stickyQueueScheduleToStartTimeout: '2s',
  // Work in hand is finished at SIGTERM; longer than one journal write, shorter than an orchestrator's patience.
  shutdownGraceTime: '10s',
  shutdownForceTime: '20s',
} satisfies Partial<WorkerOptions>;
