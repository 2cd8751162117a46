import type { WorkerOptions } from '@temporalio/worker';

/**
 * What is set otherwise than the SDK has it; the worker of the minimal workflows in `bench/` takes the same. What is not
 * named here is the SDK's own (1.24), because no other value has been measured to be better:
 * - one thread with one V8 context for all workflows: a third of it is spent on the SDK's stack traces of promises and
 *   a third on entering the sandbox, for bare workflows as for ours, so neither is a matter of options;
 * - 40 workflow tasks, 100 local activities and 10 pollers at once, of which few are in use on two cores;
 * - no eager start, which needs client and worker in one process.
 */
export const TUNING = {
  // A command that comes right after a worker was killed waits this long for it before another gets the task. What is
  // under way then waits for the task's own timeout (10 s): measured 10.7 s for the last of them (M9).
  stickyQueueScheduleToStartTimeout: '2s',
  // Work in hand is finished at SIGTERM; longer than one journal write, shorter than an orchestrator's patience.
  shutdownGraceTime: '10s',
  shutdownForceTime: '20s',
} satisfies Partial<WorkerOptions>;
