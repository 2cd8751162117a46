import type { WorkerOptions } from '@temporalio/worker';

/**
 * What is set otherwise than the SDK has it; the worker of the minimal workflows in `bench/` takes the same. The rest is
 * the SDK's own (1.24): nothing else has been measured against it yet.
 */
export const TUNING = {
  // A command that comes after a worker was killed waits this long for it before another gets the task: answered 4 to 7 s
  // after the kill by hand, where the API gives up at 8 s. What the dead one was given waits for the task's own timeout,
  // 10 s (M9). Longer would be better only when very much is due at once: a task that waits longer goes to whoever is
  // free, who replays the case first (1,000 promises due in one second: p50 8 s late at 10 s, 35 s at 5 s).
  stickyQueueScheduleToStartTimeout: '2s',
  // Work in hand is finished at SIGTERM; longer than one journal write, shorter than an orchestrator's patience.
  shutdownGraceTime: '10s',
  shutdownForceTime: '20s',
} satisfies Partial<WorkerOptions>;
