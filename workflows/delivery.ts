import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { accept, apply, next, NOTHING_PENDING, type Sending } from '../domain/delivery';
import {
  HAND_OVER,
  type DeliverRequest,
  type DeliveryActivities,
  type DeliveryInput,
  type HandOver,
} from './contracts/delivery';
import { ArmedTimer } from './lib/armed-timer';

/**
 * One try of one message. What a receiver answers is an outcome, and when it is tried again is the decider's matter, so
 * that an urgent message never waits behind one that can't be delivered. Repeated here is only what failed on our own
 * side: the database, or this worker.
 */
const { deliver } = proxyActivities<DeliveryActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * The deliveries to one recipient, one after the other. Started by the first message that is handed over; ends when
 * nothing is pending and the cap of the last hour counts nothing any more.
 */
export async function deliveryWorkflow(input: DeliveryInput): Promise<void> {
  let state = input.state ?? NOTHING_PENDING;
  let changed = false;
  const timer = new ArmedTimer();
  setHandler(defineSignal<[HandOver]>(HAND_OVER), (orders) => {
    state = accept(state, orders, Date.now());
    changed = true;
  });
  for (;;) {
    changed = false;
    timer.acknowledge();
    const step = next(state, Date.now());
    if (step.do === 'end') return timer.disarm();
    if (step.do === 'send') {
      const outcomes = await deliver(requestOf(input, step.sending, Date.now()));
      state = apply(state, step.sending, outcomes, Date.now());
    } else {
      timer.arm(step.until, 'next delivery');
      await condition(() => changed || timer.fired);
    }
    if (workflowInfo().continueAsNewSuggested) {
      timer.disarm();
      const { project, recipient } = input;
      await continueAsNew<typeof deliveryWorkflow>({ project, recipient, state });
    }
  }
}

function requestOf({ project, recipient }: DeliveryInput, { channel, messages }: Sending, at: number): DeliverRequest {
  return {
    ...{ project, recipient, channel, at },
    messages: messages.map(({ order: { id, notification, rule, again }, leg: { since, count } }) => ({
      ...{ id, notification, rule, again, since, count },
    })),
  };
}
