import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptionsStartWorkflowAction,
  type ScheduleSpec,
} from '@temporalio/client';
import type { auditorWorkflow } from '../workflows';
import { AUDITOR_WORKFLOW } from '../workflows/contracts/auditor';

/** What nobody owes but has to be done; duties that somebody owes are obligations of a case. */
const AUDITOR = 'guanjia-auditor';

/** Creates or corrects the Temporal Schedules. Safe when several workers start at once. */
export async function ensureSchedules(client: Client, taskQueue: string): Promise<void> {
  const action: ScheduleOptionsStartWorkflowAction<typeof auditorWorkflow> = {
    type: 'startWorkflow',
    workflowType: AUDITOR_WORKFLOW,
    taskQueue,
    args: [],
    workflowId: AUDITOR,
  };
  const spec: ScheduleSpec = { intervals: [{ every: '5 minutes' }] };
  // A round that is still running is waited for; what was missed in an outage is done once.
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' } as const;
  try {
    await client.schedule.create({ scheduleId: AUDITOR, spec, policies, action });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule
      .getHandle(AUDITOR)
      .update(({ state }) => ({ state, spec, policies, action: { ...action, args: [], taskQueue } }));
  }
}
