import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execFileSync } from 'node:child_process';
import { stackEnvironment } from '../../common/config';
import { TEMPORAL_CLI } from '../../stack/binaries';
import { resolveBinary } from '../../stack/temporal-binary';
import { terminalOn } from '../../stack/terminal';
import { faultsOf } from './all';
import { startCluster } from './cluster/cluster';
import { Campaign, USUAL, type Result } from './harness/campaign';
import { startEmbedded } from './harness/embedded';
import { broken } from './harness/invariants';
import { quietReplays } from './harness/replaying';
import { writeTable } from './table';

const STARTS = { embedded: startEmbedded, cluster: startCluster } as const;

/**
 * `npm run bench:faults -- [--topology embedded|cluster] [--only NAME]… [--seconds N]`: hurts the running product in one
 * way after the other, checks I1 to I8 after each, writes the table of docs/reliability.md, and exits 1 when something
 * does not hold. `--seconds` is how long each fault lasts instead of its own time.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      topology: { type: 'string', default: 'embedded' },
      only: { type: 'string', multiple: true },
      seconds: { type: 'string' },
    },
  });
  const name = values.topology === 'cluster' ? 'cluster' : 'embedded';
  const faults = faultsOf(name).filter((fault) => values.only?.includes(fault.name) ?? true);
  if (faults.length === 0)
    throw new Error(
      `no such fault; there are ${faultsOf(name)
        .map((each) => each.name)
        .join(', ')}`,
    );
  quietReplays();
  say('npm run build');
  execFileSync('npm', ['run', 'build'], { stdio: 'ignore' });
  const env = stackEnvironment();
  const cli = await resolveBinary(TEMPORAL_CLI, { env, terminal: terminalOn(process.stderr) });
  const folder = mkdtempSync(join(tmpdir(), 'guanjia-faults-'));
  chmodSync(folder, 0o711);
  const topology = await STARTS[name]({ folder, temporalCli: cli.path, compiled: true });
  const results: Result[] = [];
  // Nothing is left running when somebody has seen enough.
  process.once('SIGINT', () => void topology.stop().then(() => process.exit(1)));
  process.once('SIGTERM', () => void topology.stop().then(() => process.exit(1)));
  try {
    const options = values.seconds === undefined ? USUAL : { ...USUAL, during: Number(values.seconds) };
    const campaign = await Campaign.open(topology, options);
    for (const fault of faults) {
      const hindrance = fault.hindrance?.() ?? null;
      if (hindrance !== null) {
        say(`${fault.name}: not run, ${hindrance}`);
        continue;
      }
      const result = await campaign.run(fault);
      results.push(result);
      report(result);
      writeTable(name, results, new Date(Date.now()));
    }
    await campaign.close();
  } finally {
    await topology.stop();
  }
  if (results.every(holds)) rmSync(folder, { recursive: true, force: true });
  else say(`logs and data are left in ${folder}`);
  process.exitCode = results.every(holds) ? 0 : 1;
}

function holds({ violations, unmet }: Result): boolean {
  return broken(violations).length === 0 && unmet.length === 0;
}

function report({ fault, cases, commands, longestWait, recovery, violations, unmet, figures }: Result): void {
  const wait = `longest wait ${Math.round(longestWait)} ms, recovery ${Math.round(recovery)} ms`;
  say(`${fault.name}: ${cases} cases, ${commands} commands, ${wait}${figures === null ? '' : `, ${figures}`}`);
  for (const invariant of broken(violations)) {
    for (const what of violations[invariant].slice(0, 5)) say(`  ${invariant}: ${what}`);
  }
  for (const what of unmet.slice(0, 5)) say(`  unmet: ${what}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
