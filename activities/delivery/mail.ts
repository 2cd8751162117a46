import { createTransport, type Transporter } from 'nodemailer';
import type { MailConfig } from '../../common/config-delivery';
import { failed, refused, SENT, type Reply } from './reply';

export interface Letter {
  readonly to: readonly string[];
  readonly title: string;
  readonly text: string;
  /** Of the order: a try that is repeated is the same letter. */
  readonly id: string;
}

export type SendMail = (letter: Letter) => Promise<Reply>;

const PATIENCE = 10_000;
/** Steps at which a 5xx is about this letter; at any other (login) it is about us, and passes. */
const OF_THE_LETTER = new Set(['EENVELOPE', 'EMESSAGE']);

/** By SMTP; a connection of its own for each letter. */
export function mailer({ url, from, patienceMs = PATIENCE }: MailConfig): SendMail {
  const transport: Transporter = createTransport({
    url,
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
  });
  return async ({ to, title, text, id }) => {
    try {
      // People of one home need not see each other's addresses.
      const [one, ...others] = to;
      const whom = others.length === 0 ? { to: one } : { bcc: [...to] };
      await transport.sendMail({ from, ...whom, subject: title, text, messageId: `<${id}@guanjia>` });
      return SENT;
    } catch (error) {
      return replyOf(error);
    }
  };
}

function replyOf(error: unknown): Reply {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  if (responseCode === undefined) return failed(code === 'ETIMEDOUT' ? 'timeout' : 'unreachable');
  const reason = `smtp-${responseCode}`;
  const isForGood = responseCode >= 500 && OF_THE_LETTER.has(code ?? '');
  return isForGood ? refused(reason) : failed(reason);
}
