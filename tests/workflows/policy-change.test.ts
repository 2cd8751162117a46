import { sql } from 'kysely';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import type { ComplaintState } from '../../domain/complaint/state';
import { HOUR, MINUTE } from '../../domain/instant';
import { createDatabase } from '../../db/database';
import { currentPolicy } from '../../db/queries/policies';
import { silent } from '../db/open';
import { BODY, CLERK, ENGINEER, MANAGER, openingOf, RESIDENT, text } from '../domain/support';
import { startProduct, type Product } from '../support/product';
import { TestCase, type ShownState } from './support/case';
import { until } from './support/until';
import { silence } from './support/world';

/** A new policy under running cases: their clocks stay as they were, for good. */

jest.setTimeout(120_000);

const CASES = 200;
/** Calls to Temporal at a time. */
const AT_ONCE = 50;

let product: Product;
beforeAll(async () => {
  silence();
  product = await startProduct();
}, 60_000);
afterAll(() => product.stop());

async function inWaves<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  }
  return results;
}

async function start(no: string, policy: ComplaintPolicy): Promise<TestCase> {
  const opening = openingOf({ at: product.deps.clock.now(), no, policy });
  await product.deps.engine.start('complaintWorkflow', { startKey: no, bodyHash: 'body', opening });
  return caseOf(opening);
}

function caseOf(opening: TestCase['opening']): TestCase {
  const { engine } = product.deps;
  // Commands go through the engine alone, so there is no client to hand over.
  return new TestCase(
    (work) => work(),
    undefined as never,
    opening,
    (caseNo, name, envelope) => engine.command(caseNo, name, envelope),
  );
}

/** The case as its workflow knows it. */
async function stateOf(no: string): Promise<ShownState> {
  const answer = await product.deps.engine.read(no);
  if (!answer) throw new Error(`Temporal does not have ${no}`);
  return answer.snapshot.state as ShownState;
}

/** All that a policy decides about the clocks of open cases, as the read model has it. */
async function clocks(like: string) {
  const { db } = product.deps.database;
  const cases = db.selectFrom('case').select(['no', 'policy_version', 'next_due_at']).where('no', 'like', like);
  const obligations = db
    .selectFrom('obligation')
    .select(['case_no', 'id', 'limit_ms', 'due_at', 'due_base', 'warn_at', 'next_at', 'ladder', 'state'])
    .where('case_no', 'like', like);
  return {
    cases: await cases.orderBy('no').execute(),
    obligations: await obligations.orderBy('case_no').orderBy('id').execute(),
  };
}

async function policyInForce(): Promise<{ policy: ComplaintPolicy; yaml: string }> {
  const published = await currentPolicy(product.deps.database.db, 'complaint');
  if (!published) throw new Error('no policy');
  return { policy: published.document as ComplaintPolicy, yaml: published.yaml };
}

/** Every limit of a clock by priority is half of what it was. */
function halved(yaml: string): string {
  const unit = { m: MINUTE, h: HOUR } as const;
  return yaml.replace(
    /^( {4}\S+: \{ limit: )(\d+)([mh])\b/gm,
    (_all, before: string, count: string, of: 'm' | 'h') =>
      `${before}${Math.ceil((Number(count) * unit[of]) / 2 / MINUTE)}m`,
  );
}

function limitOf(state: ComplaintState | ShownState, id: string): number | undefined {
  return state.obligations[id]?.limit;
}

test('a policy published under them changes nothing of theirs; what they open later is by their own version', async () => {
  const { policy, yaml } = await policyInForce();
  expect(policy.version).toBe(1);
  const numbers = Array.from({ length: CASES }, (_, index) => `C-RUNS-${String(index).padStart(4, '0')}`);
  const since = performance.now();
  const running = await inWaves(numbers, (no) => start(no, policy));
  const written = sql<{ count: number }>`select count(*) from "case" where no like 'C-RUNS-%' and seq > 0`;
  // By a connection of its own: all those of the worker are writing.
  const { connectionString = '' } = product.deps.database.pool.options;
  const own = createDatabase(connectionString, { logger: silent, poolSize: 1 });
  await until(
    'all are in the read model',
    async () => (await written.execute(own.db)).rows[0]?.count === CASES,
    60_000,
  ).finally(() => own.close());
  const before = await clocks('C-RUNS-%');
  process.stdout.write(`${CASES} cases were started and written in ${Math.round(performance.now() - since)} ms\n`);
  expect(before.obligations.length).toBeGreaterThanOrEqual(CASES * 4);

  const answer = await product.call('manager', 'POST', '/api/v1/policies/complaint/versions', { yaml: halved(yaml) });
  expect(answer).toMatchObject({ status: 201, body: { version: 2, published: true } });

  const states = await inWaves(numbers, stateOf);
  expect(states.filter((state) => state.policy.version !== 1)).toEqual([]);
  const due = new Map(before.obligations.map((row) => [`${row.case_no} ${row.id}`, row.due_at.getTime()]));
  for (const state of states) {
    for (const { id, dueAt } of Object.values(state.obligations)) expect(dueAt).toBe(due.get(`${state.no} ${id}`));
  }
  expect(await clocks('C-RUNS-%')).toEqual(before);

  const fresh = await product.call('customer_service', 'POST', '/api/v1/complaints', {
    ...{ project: 'lakeside', channel: 'phone', matter: '路灯不亮', subtype: 'lighting' },
  });
  expect(fresh.status).toBe(201);
  const young = await stateOf(fresh.body.no as string);
  expect([young.policy.version, limitOf(young, 'acknowledge'), limitOf(young, 'close')]).toEqual([2, HOUR, 24 * HOUR]);

  const [raised, reopened] = running;
  if (!raised || !reopened) throw new Error('no cases');
  const graded = { subtype: 'noise', type: null, priority: null, departments: null };
  await raised.do('reclassify', { ...graded, reason: text('it never ends') });
  const important = await stateOf(raised.no);
  expect([important.policy.version, limitOf(important, 'survey'), limitOf(important, 'plan')]).toEqual([
    ...[1, 2 * HOUR, 24 * HOUR],
  ]);

  await reopened.do('acknowledge', BODY.acknowledge);
  await reopened.do('complete-part', { department: 'engineering', result: text('done') }, { by: ENGINEER });
  await reopened.do('feed-back', BODY.feedBack);
  await reopened.do('owner-answer', BODY.accept, { by: RESIDENT });
  await reopened.do('close', BODY.close, { by: MANAGER });
  await reopened.do('reopen', { reason: text('dark again') }, { by: CLERK });
  const again = await stateOf(reopened.no);
  const opened = Object.values(again.obligations).filter(({ episode, kind }) => episode === 2 && kind !== 'part');
  expect(again.policy.version).toBe(1);
  expect(Object.fromEntries(opened.map(({ kind, limit }) => [kind, limit]))).toMatchObject({
    ...{ acknowledge: 2 * HOUR, measure: 4 * HOUR, resolve: 24 * HOUR, close: 48 * HOUR },
  });
});
