import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { until, type Json } from './support';

export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Json;
}

/** A client of server-sent events that says what it got. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  ended = false;
  private rest = '';

  private constructor(
    private readonly client: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('close', () => {
      this.ended = true;
    });
    response.on('error', () => undefined);
  }

  static async open(
    url: string,
    login: string | { readonly cookie: string },
    options: { readonly lastId?: string; readonly query?: string; readonly paused?: boolean } = {},
  ): Promise<EventReader> {
    const headers = {
      ...(typeof login === 'string' ? { authorization: `Bearer ${login}` } : login),
      ...(options.lastId === undefined ? {} : { 'last-event-id': options.lastId }),
    };
    return new Promise((resolve, reject) => {
      const client = request(`${url}/api/v1/stream${options.query ?? ''}`, { headers });
      client.on('error', reject);
      client.on('response', (response) => {
        const reader = new EventReader(client, response);
        if (options.paused) response.pause();
        resolve(reader);
      });
      client.end();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  /** Id that a browser would reconnect with. */
  get lastId(): string {
    return this.events.findLast(({ id }) => id !== null)?.id ?? '';
  }

  of(event: string): StreamEvent[] {
    return this.events.filter((each) => each.event === event);
  }

  /** Numbers of the cases told of, in order. */
  cases(event = 'case'): unknown[] {
    return this.of(event).map(({ data }) => data.case);
  }

  async next(event: string, withinMs?: number): Promise<StreamEvent> {
    return until(() => this.of(event)[0], withinMs);
  }

  close(): void {
    this.client.destroy();
  }

  private take(text: string): void {
    const blocks = `${this.rest}${text}`.split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const [name = '', ...value] = line.split(': ');
          return [name, value.join(': ')];
        }),
      );
      const data = JSON.parse(fields.get('data') ?? 'null') as Json;
      this.events.push({ id: fields.get('id') ?? null, event: fields.get('event') ?? '', data });
    }
  }
}
