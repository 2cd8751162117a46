import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import type { Json } from './format/values';

/** One HTTP request as a story makes it: nothing is added that it does not say but what HTTP needs. */
export interface HttpRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface HttpAnswer {
  /** 0 when there was none. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** undefined when the text is no JSON. */
  readonly json: Json | undefined;
}

const PATIENCE_MS = 60_000;

export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 100 });

  /** @param base asked each time, for the API may be started anew. */
  constructor(private readonly base: () => string) {}

  /** A server that is not there answers with status 0 and the reason. */
  async send({ method, path, headers, body }: HttpRequest): Promise<HttpAnswer> {
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve({ status: 0, headers: {}, text: error.message, json: undefined });
      const length = body === null ? {} : { 'Content-Length': String(body.length) };
      const sent = request(
        new URL(path, this.base()),
        { method, agent: this.agent, headers: { ...length, ...headers }, timeout: PATIENCE_MS },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', failed);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: parsed(text) });
          });
        },
      );
      sent.on('error', failed);
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${PATIENCE_MS} ms`)));
      sent.end(body ?? undefined);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The value at a JSON pointer (RFC 6901); undefined when there is none. */
export function atPointer(value: Json | undefined, pointer: string): Json | undefined {
  if (pointer === '') return value;
  let here = value;
  for (const part of pointer.replace(/^\//, '').split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Readonly<Record<string, Json>>)[name];
  }
  return here;
}
