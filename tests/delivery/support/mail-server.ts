import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Letter {
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
}

/** A real SMTP server. */
export class MailServer {
  readonly letters: Letter[] = [];
  /** Code with which it answers the whole letter; null: it takes it. 0: it never answers. */
  answers: number | null = null;
  /** Code for each recipient; null: it takes him. */
  recipients: number | null = null;

  private constructor(private readonly server: SMTPServer) {}

  static async open(): Promise<MailServer> {
    const server: SMTPServer = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(refusal(mail.recipients)),
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          if (mail.answers === 0) return;
          if (mail.answers === null) {
            const to = session.envelope.rcptTo.map(({ address }) => address);
            mail.letters.push({ to, raw: Buffer.concat(parts).toString('utf8') });
          }
          done(refusal(mail.answers));
        });
      },
    });
    const mail = new MailServer(server);
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return mail;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

function refusal(code: number | null): Error | null {
  return code === null ? null : Object.assign(new Error('no'), { responseCode: code });
}

/** Subject and text of a letter, decoded. */
export function readLetter({ raw }: Letter): { readonly subject: string; readonly text: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const subject = /^Subject: ((?:.|\r\n )*)/m.exec(head)?.[1] ?? '';
  const body = rest.join('\r\n\r\n');
  const isBase64 = /^Content-Transfer-Encoding: base64/im.test(head);
  return {
    subject: subject
      .replaceAll('\r\n ', '')
      .replaceAll(/=\?UTF-8\?B\?([^?]*)\?=\s*/g, (_all, encoded: string) =>
        Buffer.from(encoded, 'base64').toString('utf8'),
      )
      .replaceAll(/=\?UTF-8\?Q\?([^?]*)\?=\s*/g, (_all, encoded: string) => quoted(encoded.replaceAll('_', ' '))),
    text: isBase64 ? Buffer.from(body, 'base64').toString('utf8') : quoted(body.replaceAll('=\r\n', '')),
  };
}

function quoted(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
