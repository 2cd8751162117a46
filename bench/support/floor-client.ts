import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type * as floorWorkflows from '../floor/workflows';
import { FLOOR_QUEUE } from '../floor/queue';
import type { Place } from './place';

type FloorWorkflows = typeof floorWorkflows;
type FloorName = 'empty' | 'answersAtOnce' | 'writesOneRow' | 'sleeper' | 'waits';

/** Starts a minimal workflow. */
export function startFloor<Name extends FloorName>(
  { floor }: Place,
  name: Name,
  ...args: Parameters<FloorWorkflows[Name]>
): Promise<WorkflowHandle> {
  return floor.workflow.start(name, { taskQueue: FLOOR_QUEUE, workflowId: `floor-${randomUUID()}`, args });
}

/** One of the workflows that answer, from its start to its end. @returns its id. */
export async function wholeFloor(
  place: Place,
  name: 'answersAtOnce' | 'writesOneRow',
  updates: number,
): Promise<string> {
  const handle = await startFloor(place, name, updates);
  for (let number = 0; number < updates; number += 1) await handle.executeUpdate('step', { args: [number] });
  return handle.workflowId;
}
