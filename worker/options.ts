import type { WorkerOptions } from '@temporalio/worker';

/**
 * What is set otherwise than the SDK has it; the worker of the minimal workflows in `bench/` takes the same. The rest is
 * the SDK's own (1.24): nothing else has been measured against it yet.
 */
export const TUNING = {
  // A command that comes right after a worker was killed waits this long for it before another gets the task: less than
  // the API waits (8 s), so that it is still answered (M9). Shorter is worse when much is due at once: tasks that wait
  // longer than this go to whoever is free, who has to replay the case first. With 1,000 promises due in one second
  // the median of them was late by 8 s at the SDK's own 10 s, and by 35 s at 5 s (docs/reliability.md, 2 cores).
  stickyQueueScheduleToStartTimeout: '5s',
  // Work in hand is finished at SIGTERM; longer than one journal write, shorter than an orchestrator's patience.
  shutdownGraceTime: '10s',
  shutdownForceTime: '20s',
} satisfies Partial<WorkerOptions>;
