/** Everything a worker can run. Named exports only: the names are the workflow types. */
export { auditorWorkflow } from './auditor';
export { complaintWorkflow } from './complaint';
export { deliveryWorkflow } from './delivery';
export { repairWorkflow } from './repair';
