import { OutboundError, type OutboundReply } from '../../common/outbound';
import { SECOND, type Instant, type Millis } from '../../domain/instant';

/** What a receiver made of one message. `reason` is a code that people look up, never what he wrote. */
export type Reply =
  | { readonly kind: 'sent' }
  /** Trying again would change nothing. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** `wait`: what he asked for before the next try. */
  | { readonly kind: 'failed'; readonly reason: string; readonly wait: Millis };

export const SENT: Reply = { kind: 'sent' };

export function refused(reason: string): Reply {
  return { kind: 'refused', reason };
}

export function failed(reason: string, wait: Millis = 0): Reply {
  return { kind: 'failed', reason, wait };
}

/** Answers of HTTP that are not for ever though they begin with 4. */
const PASSING = new Set([408, 425, 429]);

/** By the status alone. A redirect is refused: where it leads to nobody has looked at. */
export function replyOf({ status, headers }: OutboundReply, now: Instant): Reply {
  if (status >= 200 && status < 300) return SENT;
  const reason = `http-${status}`;
  if (status < 500 && !PASSING.has(status)) return refused(reason);
  return failed(reason, waitOf(headers['retry-after'], now));
}

export function replyOfError(error: unknown): Reply {
  if (!(error instanceof OutboundError)) throw error;
  return error.permanent ? refused(error.code) : failed(error.code);
}

/** `Retry-After`: seconds or an HTTP date; 0 for anything else. */
function waitOf(header: string | undefined, now: Instant): Millis {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
