import { formatIssue } from '../common/policy/issues';
import { storyEnv } from './env';
import { readStory, StoryError } from './parse';
import { playStory, type StoryResult } from './play';
import { startServers } from './world/servers';

/**
 * `npm run story -- stories/x.yaml [more…]` plays stories one after another on servers it starts itself.
 * `--check` only reads them. Ends with 1 when something does not hold, with 2 when a file is no story.
 */
async function main(args: readonly string[]): Promise<number> {
  const onlyCheck = args.includes('--check');
  const files = args.filter((arg) => !arg.startsWith('-'));
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--check');
  if (files.length === 0 || unknown !== undefined) {
    process.stderr.write('npm run story -- [--check] stories/<file>.yaml [more…]\n');
    return 2;
  }
  if (!readable(files)) return 2;
  if (onlyCheck) {
    process.stdout.write(`${files.length === 1 ? 'It is a story' : `All ${files.length} are stories`}.\n`);
    return 0;
  }
  const servers = await startServers();
  const env = await storyEnv(servers, servers.folder);
  const leave = (): void => {
    void env
      .close()
      .then(() => servers.stop())
      .finally(() => process.exit(130));
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    const results: StoryResult[] = [];
    for (const file of files) {
      results.push(
        await playStory(file, env, {
          print: (line) => process.stdout.write(`${line}\n`),
          coloured: process.stdout.isTTY,
        }),
      );
      process.stdout.write('\n');
    }
    if (results.length > 1) report(results);
    return results.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await env.close();
    await servers.stop();
  }
}

function readable(files: readonly string[]): boolean {
  let good = true;
  for (const file of files) {
    try {
      readStory(file);
    } catch (error) {
      good = false;
      const text =
        error instanceof StoryError ? error.issues.map(formatIssue).join('\n') : `${file}: ${(error as Error).message}`;
      process.stderr.write(`${text}\n`);
    }
  }
  return good;
}

function report(results: readonly StoryResult[]): void {
  for (const { ok, file, checks, failures, realMs } of results) {
    const result = ok ? `${checks} checks` : `${failures.length} of ${checks} checks do not hold`;
    process.stdout.write(`${ok ? '✓' : '✗'} ${file}  ${result}, ${(realMs / 1000).toFixed(1)} s\n`);
  }
}

void main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(3);
  },
);
