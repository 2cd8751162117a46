import type { Channel, DeliveryOrder, DeliveryRule, DeliveryState, Outcome, Tries } from '../../domain/delivery';
import type { Instant } from '../../domain/instant';

/** Of the workflow that delivers to one recipient, and of the signal that hands messages over to it. */
export const DELIVERY_WORKFLOW = 'deliveryWorkflow';
export const HAND_OVER = 'hand-over';

/** Whom the workflow delivers to. Ids only: where he is reached is looked up when something is sent. */
export interface Recipient {
  readonly project: string;
  /** Id of a member of staff, number of the case whose resident is told, `role-<role>` that nobody holds, or id of an endpoint. */
  readonly recipient: string;
}

export interface DeliveryInput extends Recipient {
  /** What a former run left. */
  readonly state?: DeliveryState;
}

export function deliveryIdOf({ project, recipient }: Recipient): string {
  return `notice-${project}-${recipient}`;
}

/** Messages to be sent as one over one channel. */
export interface DeliverRequest extends Recipient {
  readonly channel: Channel;
  /** When it was decided. */
  readonly at: Instant;
  readonly messages: readonly (Tries & {
    readonly id: string;
    readonly notification: string;
    readonly rule: DeliveryRule;
    readonly again: boolean;
  })[];
}

export interface DeliveryActivities {
  /** One try. Looks first whether each message is still to be told. @returns what became of each, by id. */
  deliver(request: DeliverRequest): Promise<Record<string, Outcome>>;
}

export type HandOver = readonly DeliveryOrder[];

/** How messages are handed over: `signalWithStart` of `DELIVERY_WORKFLOW`, which starts the delivery when it doesn't run. */
export function handOverOf(to: Recipient, orders: HandOver, taskQueue: string) {
  const { project, recipient } = to;
  const input: DeliveryInput = { project, recipient };
  return {
    workflowId: deliveryIdOf(to),
    taskQueue,
    args: [input] as [DeliveryInput],
    signal: HAND_OVER,
    signalArgs: [orders] as [HandOver],
    // One that has ended is followed by the next.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  } as const;
}
