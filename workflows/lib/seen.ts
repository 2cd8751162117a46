import { proxySinks, workflowInfo } from '@temporalio/workflow';
import type { Handled, Origin, SeenSinks } from '../contracts/origin';

const { seen } = proxySinks<SeenSinks>();

/** One line of the worker's log, and one span of its trace. */
export function tellHandled(handled: Handled): void {
  if (!workflowInfo().unsafe.isReplaying) seen.handled(handled);
}

/** W3C trace context of a trace that is kept. */
const KEPT = /^(00-[0-9a-f]{32}-)([0-9a-f])([0-9a-f]{15}-01)$/;

/**
 * The origin that goes on to the activities: under the workflow's own span. The id of that is the id above it with one
 * bit turned over, so that it needs no random number and is the same when a task runs twice.
 */
export function passedOn(origin: Origin | undefined): Origin | undefined {
  const [, head, digit, tail] = KEPT.exec(origin?.traceparent ?? '') ?? [];
  if (!origin || head === undefined || digit === undefined || tail === undefined) return origin;
  const turned = (Number.parseInt(digit, 16) ^ 8).toString(16);
  return { ...origin, traceparent: `${head}${turned}${tail}` };
}
