import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Child } from '../../stack/child';
import { prepareHome } from '../../stack/home';
import { nodeService } from '../../stack/node-service';
import { freePort } from '../../stack/ports';
import { TYPESCRIPT } from '../support/program';
import { testFolder } from '../support/servers';

const REPOSITORY = path.join(__dirname, '..', '..');

export type Variables = Readonly<Record<string, string>>;

/** One of the product's own programs in a process of its own, started anew with other variables. */
export class Program {
  private readonly home = prepareHome(testFolder());
  private child: Child | null = null;
  private port = 0;

  /** @param portVariable where it reads the port of its HTTP server. */
  constructor(
    readonly script: 'api/main' | 'worker/main',
    private readonly portVariable: 'GUANJIA_API_PORT' | 'GUANJIA_WORKER_PORT',
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends the one that runs, and starts one with these variables, on another port. */
  async run(variables: Variables): Promise<void> {
    await this.stop();
    this.port = await freePort();
    const env = { ...variables, [this.portVariable]: String(this.port) };
    const program = { name: path.dirname(this.script), script: this.script, env, url: this.url };
    const service = nodeService(this.home, { root: REPOSITORY, compiled: false, typescript: TYPESCRIPT }, program);
    this.child = await service.start((child) => (this.child = child));
  }

  async stop(): Promise<void> {
    await this.child?.stop();
  }

  /** Everything that this program has logged in all its lives. */
  log(): string {
    return this.child ? readFileSync(this.child.logFile, 'utf8') : '';
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }
}
