import { spawn, type ChildProcess } from 'node:child_process';
import { connect, type ClientHttp2Session } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import root from '@temporalio/proto/protos/root';
import type { Namespace } from 'protobufjs';
import { systemClock } from '../../common/clock';
import type { Instant, Millis } from '../../domain/instant';
import { freePort } from '../../stack/ports';

/**
 * The time-skipping Temporal test server as a process of our own, and its service that turns its clock. While its clock
 * is locked it runs as ours does; unlocked it skips to the next timer whenever no task is waiting or being worked on.
 */
export class TestServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
    private readonly session: ClientHttp2Session,
  ) {}

  /** @param binary path of `temporal-test-server`. */
  static async start(binary: string): Promise<TestServer> {
    const port = await freePort();
    const child = spawn('/bin/sh', ['-c', WATCHED, binary, String(port)], { stdio: ['pipe', 'ignore', 'ignore'] });
    const address = `127.0.0.1:${port}`;
    const until = systemClock.now() + READY_WITHIN;
    for (;;) {
      const session = connect(`http://${address}`);
      session.on('error', () => undefined);
      const server = new TestServer(child, address, session);
      try {
        await server.now();
        return server;
      } catch (error) {
        session.destroy();
        if (child.exitCode !== null || systemClock.now() > until) {
          child.stdin?.end();
          throw new Error(`the Temporal test server did not start: ${String(error)}`, { cause: error });
        }
        await sleep(10);
      }
    }
  }

  async now(): Promise<Instant> {
    const { time } = (await this.call('GetCurrentTime', {})) as {
      time?: { seconds?: number | string; nanos?: number };
    };
    return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
  }

  /** Lets the clock skip until it has gone on by `length`, then locks it again. */
  async skip(length: Millis): Promise<void> {
    const whole = Math.max(0, Math.round(length));
    await this.call('UnlockTimeSkippingWithSleep', {
      duration: { seconds: Math.floor(whole / 1_000), nanos: (whole % 1_000) * 1e6 },
    });
  }

  /** One lock less. @returns false when there was none. */
  async unlock(): Promise<boolean> {
    return this.call('UnlockTimeSkipping', {}).then(
      () => true,
      () => false,
    );
  }

  async lock(): Promise<void> {
    await this.call('LockTimeSkipping', {});
  }

  async stop(): Promise<void> {
    this.session.destroy();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((done) => this.child.once('exit', () => done()));
    this.child.stdin?.end();
    await gone;
  }

  private call(name: string, request: Record<string, unknown>): Promise<unknown> {
    const method = SERVICE.methods[name];
    method?.resolve();
    const asks = method?.resolvedRequestType;
    const answers = method?.resolvedResponseType;
    if (!asks || !answers) throw new TypeError(`no method ${name}`);
    const message = asks.encode(asks.fromObject(request)).finish();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    return new Promise((resolve, reject) => {
      const stream = this.session.request({
        ':method': 'POST',
        ':path': `/${SERVICE.fullName.slice(1)}/${name}`,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const chunks: Buffer[] = [];
      let status = '';
      const note = (headers: Record<string, unknown>): void => {
        if (typeof headers['grpc-status'] === 'string') status = headers['grpc-status'];
      };
      stream.on('response', note).on('trailers', note).on('error', reject);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('close', () => {
        if (status !== '0') reject(new Error(`${name} failed with status ${status || 'none'}`));
        else resolve(answers.toObject(answers.decode(Buffer.concat(chunks).subarray(5)), { longs: Number }));
      });
      stream.end(Buffer.concat([head, message]));
    });
  }
}

const READY_WITHIN: Millis = 15_000;
/** The server ends with whoever started it, also when he is killed himself. It keeps nothing that would have to be put away. */
const WATCHED = 'trap "" INT TERM; "$0" "$1" & cat > /dev/null; kill -9 "$!"';
const SERVICE = (root as unknown as Namespace).lookupService('temporal.api.testservice.v1.TestService');
