/** Deliveries beyond the inbox: when, over which channel, together with what. Pure, as everything in this folder. */
export { accept, apply, next, type NextStep, type Sending } from './decide';
export * from './rule';
export { NOTHING_PENDING, type DeliveryState, type Leg, type Pending } from './state';
export { byHandRule, groupRule, machineRule, ruleOf, type NotificationPolicy } from './policy';
export { withdrawalOf, type Tellable, type Withdrawal } from './withdrawal';
