import type { Channel, DeliveryClass, DeliveryRule } from './rule';

/** policies/notifications.yaml, compiled. */
export interface NotificationPolicy {
  readonly classes: Readonly<Record<DeliveryClass, DeliveryRule>>;
  /** Templates that are not `normal`. What a case calls urgent is urgent whatever its template. */
  readonly templates: Readonly<Record<string, DeliveryClass>>;
}

export function ruleOf(
  { classes, templates }: NotificationPolicy,
  { urgent, template }: { readonly urgent: boolean; readonly template: string },
): DeliveryRule {
  const named = Object.hasOwn(templates, template) ? templates[template] : undefined;
  return classes[urgent ? 'urgent' : (named ?? 'normal')];
}

/** Machines are told of each message by itself and at once. */
export function machineRule(rule: DeliveryRule): DeliveryRule {
  return { ...rule, class: 'urgent', channels: ['webhook'], bundleWithin: 0, quiet: null, cap: null };
}

/** A message that came to a person's group waited for it already. */
export function groupRule(rule: DeliveryRule): DeliveryRule {
  return { ...rule, channels: ['robot'], bundleWithin: 0, cap: null };
}

/** Sent again by hand: at once, over this channel alone. */
export function byHandRule({ classes }: NotificationPolicy, channel: Channel): DeliveryRule {
  return { ...classes.urgent, channels: [channel], cap: null };
}
