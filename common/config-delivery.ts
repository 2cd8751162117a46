import { ConfigError, names, required, type Environment } from './environment';
import type { OutboundRules } from './outbound';

/** How messages leave the house (docs/notifications.md). */
export interface DeliveryConfig {
  /** Null: mail is not sent. */
  readonly mail: MailConfig | null;
  readonly outbound: OutboundRules;
}

export interface MailConfig {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string;
  /** `管家 <notice@example.com>` */
  readonly from: string;
  /** For each step of the conversation, milliseconds; left out: 10 s. */
  readonly patienceMs?: number;
}

/** @throws ConfigError naming the variable that is missing or malformed. */
export function deliveryConfig(env: Environment): DeliveryConfig {
  const allowed = names(env, 'GUANJIA_OUTBOUND_HOSTS');
  return {
    mail: mail(env),
    outbound: { allowedHosts: allowed.length === 0 ? null : allowed, trusted: names(env, 'GUANJIA_OUTBOUND_TRUSTED') },
  };
}

function mail(env: Environment): MailConfig | null {
  const url = env.GUANJIA_SMTP_URL;
  if (!url) return null;
  if (!URL.canParse(url) || !/^smtps?:$/.test(new URL(url).protocol)) {
    throw new ConfigError('GUANJIA_SMTP_URL must be smtp://user:password@host:587 or smtps://….');
  }
  return { url, from: required(env, 'GUANJIA_MAIL_FROM') };
}
