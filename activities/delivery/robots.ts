import { createHmac } from 'node:crypto';
import { post, type OutboundRules } from '../../common/outbound';
import { MINUTE, SECOND, type Instant } from '../../domain/instant';
import { failed, refused, replyOf, replyOfError, SENT, type Reply } from './reply';

export type RobotKind = 'wecom' | 'dingtalk' | 'feishu';

/** A robot of a group chat, opened from the vault. */
export interface Robot {
  readonly kind: RobotKind;
  readonly url: string;
  /** Null: without signing. WeCom has none, its address is its password. */
  readonly secret: string | null;
}

/** Texts that are longer are refused by WeCom; the others take more. Bytes. */
const TEXT_MAX = 2_000;

/** What each of them wants, and which of its codes will pass by themselves. They answer 200 to everything. */
interface Dialect {
  request(robot: Robot, text: string, now: Instant): { readonly url: URL; readonly body: object };
  /** Too many at once: 20 a minute for each of them (Feishu: 100). */
  readonly tooMany: readonly number[];
  readonly passing: readonly number[];
}

const DIALECTS: Readonly<Record<RobotKind, Dialect>> = {
  wecom: {
    request: ({ url }, content) => ({ url: new URL(url), body: { msgtype: 'text', text: { content } } }),
    tooMany: [45009],
    passing: [-1],
  },
  dingtalk: {
    // The signature is in the address: HMAC by the secret of `<ms>\n<secret>`.
    request: ({ url, secret }, content, now) => {
      const signed = new URL(url);
      if (secret !== null) {
        signed.searchParams.set('timestamp', String(now));
        signed.searchParams.set('sign', hmac(secret, `${now}\n${secret}`));
      }
      return { url: signed, body: { msgtype: 'text', text: { content } } };
    },
    tooMany: [130101, 410100],
    passing: [-1],
  },
  feishu: {
    // In the body, by seconds; here `<s>\n<secret>` is the key, and what is signed is nothing.
    request: ({ url, secret }, text, now) => {
      const timestamp = String(Math.floor(now / SECOND));
      const sign = secret === null ? {} : { timestamp, sign: hmac(`${timestamp}\n${secret}`, '') };
      return { url: new URL(url), body: { ...sign, msg_type: 'text', content: { text } } };
    },
    tooMany: [9499, 11232],
    passing: [],
  },
};

/** Posts one text to the group. */
export async function sendToRobot(
  robot: Robot,
  text: string,
  { now, rules }: { readonly now: Instant; readonly rules: OutboundRules },
): Promise<Reply> {
  const dialect = DIALECTS[robot.kind];
  const { url, body } = dialect.request(robot, shortened(text), now);
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  try {
    const reply = await post(url, { headers, body: JSON.stringify(body) }, rules);
    const byStatus = replyOf(reply, now);
    return byStatus.kind === 'sent' ? byCode(dialect, codeIn(reply.body)) : byStatus;
  } catch (error) {
    return replyOfError(error);
  }
}

function byCode({ tooMany, passing }: Dialect, code: number | null): Reply {
  if (code === 0) return SENT;
  // Whoever answers 200 without a code is not one of the three.
  if (code === null) return refused('robot-reply');
  const reason = `robot-${code}`;
  if (tooMany.includes(code)) return failed(reason, MINUTE);
  return passing.includes(code) ? failed(reason) : refused(reason);
}

/** `errcode` of WeCom and DingTalk, `code` of Feishu, whose older form is `StatusCode`. */
function codeIn(body: string): number | null {
  try {
    const { errcode, code, StatusCode } = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const found = errcode ?? code ?? StatusCode;
    return typeof found === 'number' ? found : null;
  } catch {
    return null;
  }
}

function hmac(key: string, content: string): string {
  return createHmac('sha256', key).update(content, 'utf8').digest('base64');
}

function shortened(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= TEXT_MAX) return text;
  // A letter that is cut through ends up as U+FFFD.
  return `${bytes
    .subarray(0, TEXT_MAX)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
