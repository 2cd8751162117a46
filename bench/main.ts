import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { Runtime } from '@temporalio/worker';
import { m1 } from './m1-start';
import { m2 } from './m2-complaints';
import { m3 } from './m3-deadlines';
import { m4 } from './m4-events';
import { m5 } from './m5-memory';
import { m6 } from './m6-lag';
import { m7 } from './m7-lists';
import { m8 } from './m8-replay';
import { m9 } from './m9-recovery';
import { parseOptions, type Options } from './options';
import { ApiClient } from './support/api-client';
import type { Measure, Row } from './support/measure';
import { Place } from './support/place';
import { performancePage, table, verdict } from './support/report';
import { warmUp } from './support/warm-up';
import { TEMPORAL_CLI } from '../stack/binaries';
import { postgresBinaries } from '../stack/postgres-binaries';
import { silence } from '../tests/workflows/support/world';
import { isoOf } from '../domain/instant';

const ROOT = resolve(__dirname, '..');
/** M3 comes last: it leaves thousands of cases open. */
const ON_SERVERS: readonly Measure[] = [m1, m2, m8, m6, m5, m9, m3];
const KNOWN = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9'];

/** `npm run bench`: measures, prints the table, and writes docs/performance.md. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), KNOWN);
  silence();
  const rows: Row[] = [];
  const page = options.out === null ? null : resolve(ROOT, options.out);
  const former = page !== null && existsSync(page) ? readFileSync(page, 'utf8') : '';
  // After each measure: who has waited long enough keeps what there is.
  const measured = (more: readonly Row[]): void => {
    rows.push(...more);
    rows.sort((a, b) => a.id.localeCompare(b.id));
    if (page !== null) writePage(page, rows, former);
  };
  if (options.ids.includes('M4')) measured(await shown('M4', m4.run));
  const wanted = ON_SERVERS.filter(({ id }) => options.ids.includes(id));
  if (wanted.length > 0) await onServers(wanted, options, measured);
  // After it the disk is busy for minutes with a million cases that are gone.
  if (options.ids.includes('M7')) measured(await shown('M7', () => m7(options.sizes)));
  console.log(`\n${table(rows, today())}\n\n${verdict(rows)}`);
}

async function onServers(
  wanted: readonly Measure[],
  { sizes }: Options,
  measured: (rows: readonly Row[]) => void,
): Promise<void> {
  const place = await Place.open();
  const api = new ApiClient(place);
  // Nothing is left running when somebody has waited long enough.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void place.close().then(() => process.exit(1)));
  try {
    await place.startApi();
    await place.startWorker();
    await place.startFloorWorker();
    const bench = { place, api, sizes };
    await warmUp(bench);
    for (const { id, run } of wanted) measured(await shown(id, () => run(bench)));
  } finally {
    api.close();
    await place.close();
  }
}

async function shown(id: string, run: () => Promise<Row[]>): Promise<Row[]> {
  const begun = performance.now();
  const rows = await run();
  console.log(`${id} (${((performance.now() - begun) / 1000).toFixed(0)} s)\n${table(rows, today())}`);
  return rows;
}

const today = (): string => isoOf(Date.now()).slice(0, 10);

function writePage(file: string, rows: readonly Row[], former: string): void {
  const template = readFileSync(resolve(__dirname, 'performance.template.md'), 'utf8');
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const circumstances = {
    date: today(),
    machine: `${cpus().length} cores (${cpu?.model ?? arch()}), ${memory} GiB, ${platform()} ${release()}`,
    versions: versions(),
    command: ['npm run bench', ...process.argv.slice(2)].join(' '),
  };
  writeFileSync(file, performancePage(template, rows, circumstances, former));
}

function versions(): string {
  const { version, dependencies } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const { title, version: server } = TEMPORAL_CLI;
  return [
    `Guanjia ${version}, Node ${process.versions.node}`,
    `Temporal SDK ${dependencies['@temporalio/worker']}, ${title} ${server}`,
    `PostgreSQL ${postgresBinaries().major}`,
  ].join('; ');
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  })
  // The runtime that `silence` installed keeps the process when no worker of it has come and gone.
  .finally(() => Runtime.instance().shutdown());
