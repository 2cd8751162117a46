import { createHmac } from 'node:crypto';
import { post, type OutboundRules } from '../../common/outbound';
import { isoOf, SECOND, type Instant } from '../../domain/instant';
import type { Composed } from './compose';
import { replyOf, replyOfError, type Reply } from './reply';

/** A machine of the company's: https address and `whsec_…`, opened from the vault. */
export interface Webhook {
  readonly url: string;
  readonly secret: string;
}

const PREFIX = 'whsec_';

/** One message by the Standard Webhooks specification. The id is the same at every try. */
export async function sendWebhook(
  { url, secret }: Webhook,
  message: Composed,
  { now, rules }: { readonly now: Instant; readonly rules: OutboundRules },
): Promise<Reply> {
  const timestamp = Math.floor(now / SECOND);
  const body = JSON.stringify(payloadOf(message));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'guanjia',
    'webhook-id': message.key,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf(secret, `${message.key}.${timestamp}.${body}`),
  };
  try {
    return replyOf(await post(new URL(url), { headers, body }, rules), now);
  } catch (error) {
    return replyOfError(error);
  }
}

/** `v1,` and base64 of HMAC-SHA256 by the bytes that the secret stands for. */
export function signatureOf(secret: string, content: string): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

function payloadOf({ key, caseNo, project, template, args, urgent, obligation, title, text, link, at }: Composed) {
  const data = { id: key, case: caseNo, project, template, args, urgent, obligation, title, text, link };
  return { type: 'notification.sent', timestamp: isoOf(at), data };
}
