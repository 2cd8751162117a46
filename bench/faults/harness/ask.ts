import { Agent, request } from 'node:http';

export interface Question {
  readonly method: 'GET' | 'POST';
  /** `http://127.0.0.1:8080/api/v1/complaints` */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; nothing is sent where it is undefined. */
  readonly body?: unknown;
  /** ms for the whole exchange. */
  readonly timeoutMs: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed; null when there is none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Connections that are kept as browsers and proxies keep them. */
export function keepingAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 500 });
}

/** @throws an error with a `code`: `ECONNREFUSED`, `ECONNRESET`, or `NO_ANSWER` after `timeoutMs`. */
export function ask(agent: Agent, question: Question): Promise<Answer> {
  const { method, url, headers, body, timeoutMs } = question;
  const json = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const sent = json ? { ...headers, 'content-type': 'application/json', 'content-length': json.length } : headers;
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, method, headers: sent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        const parsed = text === '' ? null : (JSON.parse(text) as Answer['body']);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
      });
    });
    const timer = setTimeout(() => call.destroy(new NoAnswer(timeoutMs)), timeoutMs);
    call.on('close', () => clearTimeout(timer));
    call.on('error', reject);
    call.end(json ?? undefined);
  });
}

class NoAnswer extends Error {
  readonly code = 'NO_ANSWER';
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** `ECONNREFUSED`; the message where an error has no code. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: string };
  return typeof code === 'string' ? code : (message ?? 'unknown');
}
