import { proxyActivities } from '@temporalio/workflow';
import type { AuditorActivities, AuditReport } from './contracts/auditor';

/** The next round comes by itself in minutes, so a round that fails twice is left to it. */
const { audit, pruneFeed } = proxyActivities<AuditorActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumAttempts: 2 },
});

/** One round of the auditor, started by a Schedule. */
export async function auditorWorkflow(): Promise<AuditReport> {
  const report = await audit();
  await pruneFeed();
  return report;
}
