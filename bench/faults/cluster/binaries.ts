import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../../../common/config';
import { StackError } from '../../../stack/error';

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 10_000;

/** Version of the server whose topology is checked: that of `docker-compose.yml`. */
const SERVER_VERSION = '1.32.0';

/** The programs that a cluster is made of: no package brings them, they are built from source. */
export interface ServerBinaries {
  readonly server: string;
  readonly sqlTool: string;
}

interface Program {
  readonly title: string;
  /** The variable by which somebody names his own. */
  readonly variable: string;
  /** In releases and images. */
  readonly onPath: string;
  /** What `go install` makes of it. */
  readonly built: string;
  /** What `--version` says. */
  readonly says: RegExp;
}

const SERVER: Program = {
  title: 'Temporal server',
  variable: 'GUANJIA_TEMPORAL_SERVER',
  onPath: 'temporal-server',
  built: 'server',
  says: /^temporal version (\S+)/m,
};
const SQL_TOOL: Program = {
  title: 'Temporal SQL tool',
  variable: 'GUANJIA_TEMPORAL_SQL_TOOL',
  onPath: 'temporal-sql-tool',
  built: 'sql',
  says: /^temporal-sql-tool version (\S+)/m,
};

/** @throws StackError that says how to build what is missing. */
export async function resolveServer(env: Environment): Promise<ServerBinaries> {
  const [server, sqlTool] = await Promise.all([find(SERVER, env), find(SQL_TOOL, env)]);
  return { server, sqlTool };
}

async function find(program: Program, env: Environment): Promise<string> {
  const tried: string[] = [];
  for (const path of await candidates(program, env)) {
    const refusal = await refusalOf(program, path);
    if (refusal === null) return path;
    tried.push(`  ${path}: ${refusal}`);
  }
  throw new StackError(
    [
      `${program.title} ${SERVER_VERSION} can't be found. Tried:`,
      ...tried,
      'Build both programs (Go 1.24 or newer, about ten minutes on two cores):',
      `  go install go.temporal.io/server/cmd/server@v${SERVER_VERSION}`,
      `  go install go.temporal.io/server/cmd/tools/sql@v${SERVER_VERSION}`,
      `or name your own: ${SERVER.variable}=/path/to/server ${SQL_TOOL.variable}=/path/to/sql`,
    ].join('\n'),
  );
}

async function candidates({ variable, onPath, built }: Program, env: Environment): Promise<string[]> {
  const named = env[variable];
  if (named) return [named];
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...folders.map((folder) => join(folder, onPath)).filter(existsSync), join(await goBin(env), built)];
}

async function goBin(env: Environment): Promise<string> {
  if (env.GOBIN) return env.GOBIN;
  const asked = await run('go', ['env', 'GOPATH'], { timeout: ANSWER_WITHIN_MS }).catch(() => null);
  return join(asked?.stdout.trim() || env.GOPATH || join(homedir(), 'go'), 'bin');
}

/** `server` is a name that other programs have as well, so it has to say who it is. */
async function refusalOf({ says }: Program, path: string): Promise<string | null> {
  if (!existsSync(path)) return 'not there';
  try {
    const { stdout, stderr } = await run(path, ['--version'], { timeout: ANSWER_WITHIN_MS });
    const version = says.exec(stdout + stderr)?.[1];
    return version === SERVER_VERSION ? null : `is version ${version ?? 'unknown'}`;
  } catch (error) {
    return `--version failed: ${(error as Error).message.split('\n')[0]}`;
  }
}
