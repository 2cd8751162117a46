import { Agent, request } from 'node:http';
import type { Place } from './place';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MS = 30_000;

/** One of staff or a resident, by the API; connections are kept. */
export class ApiClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly place: Pick<Place, 'apiUrl' | 'key'>) {}

  /** @throws when the answer is not one of those wanted. */
  async call(as: string, method: string, path: string, body?: object, options: CallOptions = {}): Promise<Answer> {
    const answer = await this.send(as, method, path, body, options.headers ?? {});
    const wanted = options.wanted ?? [200, 201];
    if (wanted.includes(answer.status)) return answer;
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  close(): void {
    this.agent.destroy();
  }

  private send(
    as: string,
    method: string,
    path: string,
    body: object | undefined,
    extra: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const content = body && JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.place.key(as)}`,
      ...(content === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
      ...extra,
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.place.apiUrl}${path}`,
        { method, headers, agent: this.agent, timeout: TIMEOUT_MS },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(parts).toString();
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text || '{}') as Answer['body'] });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} was not answered in ${TIMEOUT_MS / 1000} s`)));
      sent.on('error', reject);
      sent.end(content);
    });
  }
}

export interface CallOptions {
  /** Statuses that are no error; 200 and 201 where it is left out. */
  readonly wanted?: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
}
