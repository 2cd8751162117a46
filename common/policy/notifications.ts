import { z } from 'zod';
import { CHANNELS, CLASSES, type DeliveryRule, type NotificationPolicy } from '../../domain/delivery';
import { duration, list, name, oneOf, strict, time, whole } from './scalars';

/** What a person can be reached by; webhooks are for machines, which are told of everything. */
const PERSONAL = CHANNELS.filter((channel) => channel !== 'webhook');

const channels = list(oneOf(PERSONAL, 'a channel'), 'channels', 1);
/** Urgent messages wait for nothing: there is no such key for them. */
const urgent = strict({ channels, acknowledgeWithin: duration });
const patient = strict({ channels, acknowledgeWithin: duration, bundleWithin: duration.optional() });

const file = strict({
  policy: oneOf(['notifications'], 'the name of this policy'),
  quiet: strict({ from: time, to: time }).optional(),
  cap: whole(1, 1_000),
  retry: list(duration, 'pauses', 1),
  giveUpAfter: duration,
  classes: strict({ urgent, normal: patient, digest: patient }),
  templates: z.record(name('-'), oneOf(CLASSES, 'a class'), { error: 'a mapping from templates to a class' }),
});

type File = z.output<typeof file>;

/** Reads the plain values of policies/notifications.yaml. */
export function parseNotifications(raw: unknown): z.ZodSafeParseResult<NotificationPolicy> {
  return file.transform(compile).safeParse(raw);
}

function compile({ classes, templates, quiet, cap, retry, giveUpAfter }: File): NotificationPolicy {
  const shared = { cap, retry, giveUpAfter };
  const waiting = (name: 'normal' | 'digest'): DeliveryRule => {
    const { bundleWithin = 0, ...rest } = classes[name];
    return { class: name, ...rest, bundleWithin, quiet: quiet ?? null, ...shared };
  };
  return {
    classes: {
      urgent: { class: 'urgent', ...classes.urgent, bundleWithin: 0, quiet: null, ...shared },
      normal: waiting('normal'),
      digest: waiting('digest'),
    },
    templates,
  };
}
