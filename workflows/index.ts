/** Everything a worker can run. Named exports only: the names are the workflow types. */
export { auditorWorkflow } from './auditor';
export { complaintWorkflow } from './complaint';
export { consultationWorkflow } from './consultation';
export { deliveryWorkflow } from './delivery';
export { disputeWorkflow } from './dispute';
export { repairWorkflow } from './repair';
export { standardRevisionWorkflow } from './standard-revision';
