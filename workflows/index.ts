/** Everything a worker can run. Named exports only: the names are the workflow types. */
export { complaintWorkflow } from './complaint';
