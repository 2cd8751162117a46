import { ApiClient } from './support/api-client';
import { timed } from './support/load';
import { fillCases } from './support/many-cases';
import type { Row } from './support/measure';
import { Place } from './support/place';
import { interleaved, type Figures } from './support/rounds';
import type { Sizes } from './support/sizes';
import { percentile } from './support/stats';

/** Issue 5: what a list may take over HTTP, in milliseconds; and its share of what PostgreSQL alone takes. */
const P95_WITHIN = 50;
const PAGE = 50;
/** Pages gone through before the deep one is asked for. */
const DEEP = 20;

interface List {
  readonly what: string;
  readonly as: string;
  readonly path: string;
  /** The rows of the same page by bare SQL. */
  readonly sql: string;
  readonly deep?: true;
}

const OPEN = `from obligation o join "case" c on c.no = o.case_no where o.state = 'open'`;
const WORK = `order by o.due_at, o.case_no, o.id limit ${PAGE + 1}`;
const CASES = `order by received_at desc, no desc limit ${PAGE + 1}`;

const LISTS: readonly List[] = [
  {
    ...{ what: 'what do I owe', as: 'customer_service', path: '/api/v1/obligations?owedBy=me' },
    sql: `select o.*, c.stage ${OPEN} and o.project = 'lakeside' and o.owed_person is null
      and o.owed_role = 'customer_service' ${WORK}`,
  },
  {
    ...{ what: 'what does my department owe', as: 'engineering', path: '/api/v1/obligations?owedBy=my-department' },
    sql: `select o.*, c.stage ${OPEN} and o.project = 'lakeside' and o.owed_department = 'engineering' ${WORK}`,
  },
  {
    ...{ what: 'what is owed anywhere', as: 'general_manager', path: '/api/v1/obligations?owedBy=all' },
    sql: `select o.*, c.stage ${OPEN} ${WORK}`,
  },
  {
    ...{ what: `page ${DEEP + 1} of it`, as: 'general_manager', path: '/api/v1/obligations?owedBy=all', deep: true },
    sql: `select o.*, c.stage ${OPEN} order by o.due_at, o.case_no, o.id offset ${DEEP * PAGE} limit ${PAGE + 1}`,
  },
  {
    ...{ what: 'what is overdue anywhere', as: 'general_manager' },
    path: '/api/v1/obligations?owedBy=all&overdue=true',
    sql: `select o.*, c.stage ${OPEN} and o.overdue ${WORK}`,
  },
  {
    ...{ what: 'open cases of a project', as: 'customer_service', path: '/api/v1/cases?closed=false' },
    sql: `select * from "case" where project = 'lakeside' and closed_at is null ${CASES}`,
  },
  {
    ...{ what: 'open cases anywhere, next due first', as: 'general_manager' },
    path: '/api/v1/cases?closed=false&sort=nextDueAt',
    sql: `select * from "case" where closed_at is null and next_due_at is not null
      order by next_due_at, no limit ${PAGE + 1}`,
  },
  {
    ...{ what: 'all cases of ten years', as: 'general_manager', path: '/api/v1/cases' },
    sql: `select * from "case" ${CASES}`,
  },
  {
    ...{ what: 'the numbers beside the lists', as: 'customer_service', path: '/api/v1/lists/counts' },
    sql: `select stage, count(*) from "case" where project = 'lakeside' and closed_at is null group by stage`,
  },
];

/** M7: lists over HTTP, and the rows of the same page by bare SQL, in a read model of ten years of fifty projects. */
export async function m7(sizes: Sizes): Promise<Row[]> {
  const place = await Place.open();
  const api = new ApiClient(place);
  try {
    await fillCases(place.pool, sizes.lists, Date.now());
    await place.startApi();
    const rows: Row[] = [];
    for (const list of LISTS) rows.push(await measured(place, api, list, sizes));
    return rows;
  } finally {
    api.close();
    await place.close();
  }
}

async function measured(place: Place, api: ApiClient, list: List, { rounds, listReads, lists }: Sizes): Promise<Row> {
  const path = list.deep ? await deepPage(api, list) : list.path;
  const read = (): Promise<unknown> => api.call(list.as, 'GET', path);
  await times(5, read);
  const { ours, bare } = await interleaved(rounds, {
    ours: async () => spread(await times(listReads, read)),
    bare: async () => spread(await times(listReads, () => place.pool.query(list.sql))),
  });
  const { p50, p95, p99 } = ours as Figures & Record<'p50' | 'p95' | 'p99', number>;
  return {
    id: 'M7',
    what: `${list.what}, p95 (${lists.open} open and ${lists.closed} closed cases)`,
    floor: 'bare SQL of the page',
    ...{ value: p95, unit: 'ms', bar: { atMost: P95_WITHIN } },
    figures: `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms; SQL p50 ${bare.p50?.toFixed(1)}, p95 ${bare.p95?.toFixed(1)} ms`,
  };
}

async function deepPage(api: ApiClient, { as, path }: List): Promise<string> {
  let next = path;
  for (let page = 0; page < DEEP; page += 1) {
    const { body } = await api.call(as, 'GET', next);
    next = `${path}&cursor=${encodeURIComponent(String(body.next))}`;
  }
  return next;
}

async function times(count: number, read: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let one = 0; one < count; one += 1) all.push(await timed(read));
  return all;
}

function spread(all: readonly number[]): Figures {
  return { p50: percentile(all, 0.5), p95: percentile(all, 0.95), p99: percentile(all, 0.99) };
}
