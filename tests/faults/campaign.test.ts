import { Client } from 'pg';
import { faultsOf } from '../../bench/faults/all';
import { Campaign } from '../../bench/faults/harness/campaign';
import { startEmbedded } from '../../bench/faults/harness/embedded';
import { checkAll, broken, type Evidence } from '../../bench/faults/harness/invariants';
import { rowsSeenBy } from '../../bench/faults/harness/rows';
import type { Topology } from '../../bench/faults/harness/topology';
import { TYPESCRIPT } from '../support/program';
import { temporalCli, testFolder } from '../support/servers';
import { silence } from '../workflows/support/world';

jest.setTimeout(180_000);

/** The short block of the campaign: the real product in processes of its own, hurt while a client works with it. */

const SHORT = { before: 1, after: 2, replays: 4, during: 2 };

let topology: Topology;
let campaign: Campaign;
beforeAll(async () => {
  silence();
  const programs = { compiled: false, typescript: TYPESCRIPT };
  topology = await startEmbedded({ folder: testFolder(), temporalCli: temporalCli(), ...programs });
  campaign = await Campaign.open(topology, SHORT);
});
afterAll(async () => {
  await campaign.close();
  await topology.stop();
});

const faults = faultsOf('embedded').filter(({ inCi }) => inCi);

test.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
  const { violations, unmet, cases, commands } = await campaign.run(fault);
  expect(violations).toEqual({ I1: [], I2: [], I3: [], I4: [], I5: [], I6: [], I7: [], I8: [] });
  expect(unmet).toEqual([]);
  expect(cases).toBeGreaterThan(0);
  expect(commands).toBeGreaterThan(cases);
});

/** What is done to the stored rows, and which invariants see it. */
const PLANTED: readonly (readonly [string, string, readonly string[]])[] = [
  ['a row is lost', `delete from "case" where no = $1`, ['I1']],
  ['a receipt is lost', 'delete from command_receipt where case_no = $1', ['I2']],
  [
    'an obligation ends otherwise',
    `update obligation set state = 'cancelled' where case_no = $1 and state = 'met'`,
    ['I3'],
  ],
  ['a message is lost', 'delete from notification where case_no = $1', ['I4']],
  ['a journal has a gap', 'delete from journal where case_no = $1 and seq = 2', ['I5', 'I6']],
  [
    'a row says something else',
    `update "case" set snapshot = jsonb_set(snapshot, '{state,stage}', '"x"') where no = $1`,
    ['I6'],
  ],
  ['an audit row is altered', `update audit_log set actor = 'nobody' where n = 1 and $1 <> ''`, ['I7']],
];

/** Of all cases, after all the faults; read once, for it takes their histories. */
let evidence: Evidence;

test('nothing is violated when all is over', async () => {
  evidence = await campaign.evidence([], [], new Map());
  expect(broken(checkAll(evidence))).toEqual([]);
});

test.each(PLANTED)('the checks see that %s', async (_name, statement, seen) => {
  // Of a replayed case where the replay is what shows it, else of one that was worked on.
  const worked = evidence.rows.obligations.find(({ state }) => state === 'met')?.no;
  const no = (seen.includes('I6') ? [...evidence.replayed.keys()][0] : worked) ?? '';
  expect(no).not.toBe('');
  const spoilt = await spoiltRows(statement, no);
  expect(broken(checkAll({ ...evidence, rows: spoilt, later: spoilt }))).toEqual(expect.arrayContaining([...seen]));
});

test('the checks see a process that fell and a /readyz that lies', () => {
  const ready = [{ url: 'http://127.0.0.1:1', askedAt: 5, answeredAt: 6, status: 200 }];
  const truths = [{ from: 1, to: 9, status: 503 as const }];
  expect(broken(checkAll({ ...evidence, falls: ['worker-1, code 1'] }))).toEqual(['I8']);
  expect(broken(checkAll({ ...evidence, truths, log: { ...evidence.log, ready } }))).toEqual(['I8']);
});

test('the checks see that a case which had ended was changed', () => {
  const no = evidence.rows.cases.find((row) => row.ended)?.no ?? '';
  expect(no).not.toBe('');
  expect(broken(checkAll({ ...evidence, ended: new Map([[no, 'another']]) }))).toEqual(['I5']);
});

/** Reads the rows with a statement done to them, and takes it back. */
async function spoiltRows(statement: string, no: string) {
  const client = new Client({ connectionString: topology.databaseUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('alter table audit_log disable trigger all');
    await client.query(statement, [no]);
    return await rowsSeenBy(client);
  } finally {
    await client.query('rollback');
    await client.end();
  }
}
