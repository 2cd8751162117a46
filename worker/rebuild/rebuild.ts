import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { casePage, strayRows } from '../../db/queries/derived';
import { Lane, type LaneDeps, type Look } from './lane';
import type { RebuildOptions } from './options';
import { describe } from './report';

export interface RebuildDeps extends LaneDeps {
  /** How many cases are replayed at a time. */
  readonly lanes: number;
  /** How long a case that looks different is given to look right. Milliseconds. */
  readonly settleMs?: number;
}

export interface Totals {
  /** Cases in Temporal, each folded anew. */
  compared: number;
  /** Of those: how many had lost their first runs, which were taken as they are stored. */
  partly: number;
  different: number;
  /** Open rows of which Temporal has nothing, and rows that no case row leads to. */
  orphaned: number;
  /** Ended, and deleted by Temporal since: nothing to compare with. */
  archived: number;
  /** Can't be told. */
  failed: number;
  mended: number;
}

export interface Output {
  /** What was found, a line at a time. */
  readonly say: (line: string) => void;
  /** After every few cases. */
  readonly progress: (totals: Totals) => void;
}

const CHUNK = 50;
/** A case looked at again is looked at with few others: less time passes between both sides. */
const SMALL_CHUNK = 5;
/** A case is ahead of its history for as long as a workflow task takes to be taken, or to time out. */
const SETTLE_MS = 5_000;
const ROUNDS = 6;

/**
 * Folds the read model anew from Temporal's histories and compares every row of it with the live one, which is only
 * read. Cases go on meanwhile: one that looks different is looked at again until neither side has moved in between.
 * @throws what a server that is away throws.
 */
export async function rebuild(deps: RebuildDeps, options: RebuildOptions, output: Output): Promise<Totals> {
  const totals: Totals = { compared: 0, partly: 0, different: 0, orphaned: 0, archived: 0, failed: 0, mended: 0 };
  const lanes: Lane[] = [];
  try {
    for (let lane = 0; lane < deps.lanes; lane += 1) lanes.push(await Lane.open(deps));
    const suspects = await firstLook(lanes, chunks(deps, options), totals, output);
    for await (const { lane, look } of settled(lanes, suspects, deps.settleMs ?? SETTLE_MS)) {
      count(totals, look);
      for (const line of describe(look)) output.say(line);
      if (options.apply && look.verdict === 'different') {
        const outcome = await lane.mend(look.no);
        if (outcome === 'mended') totals.mended += 1;
        output.say(`  ${outcome === 'mended' ? 'written anew' : 'not written: it has changed since'}`);
      }
    }
    if (options.cases.length === 0) await strays(deps, totals, output);
    return totals;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/** All cases once. @returns those that look wrong. */
async function firstLook(
  lanes: readonly Lane[],
  source: AsyncGenerator<string[]>,
  totals: Totals,
  output: Output,
): Promise<Look[]> {
  const suspects: Look[] = [];
  await Promise.all(
    lanes.map(async (lane) => {
      // Several take from one source.
      for (let next = await source.next(); !next.done; next = await source.next()) {
        for (const look of await lane.look(next.value)) {
          if (look.verdict === 'same' || look.verdict === 'archived') count(totals, look);
          else suspects.push({ ...look, differences: [] });
        }
        output.progress(totals);
      }
    }),
  );
  return suspects;
}

/** Looks again until a case looks right, or looks the same twice. */
async function* settled(
  lanes: readonly Lane[],
  suspects: readonly Look[],
  settleMs: number,
): AsyncGenerator<{ readonly lane: Lane; readonly look: Look }> {
  const [lane] = lanes;
  let before = new Map(suspects.map((look) => [look.no, look]));
  for (let round = 1; lane && before.size > 0; round += 1) {
    await sleep(settleMs);
    const moving = new Map<string, Look>();
    for (const nos of slices([...before.keys()], SMALL_CHUNK)) {
      for (const look of await lane.look(nos)) {
        const isSettled = look.verdict === 'same' || look.stand === before.get(look.no)?.stand;
        if (isSettled) yield { lane, look };
        else if (round < ROUNDS) moving.set(look.no, { ...look, differences: [] });
        else yield { lane, look: { ...look, verdict: 'failed', reason: 'it changes all the time' } };
      }
    }
    before = moving;
  }
}

/** Numbers of all cases that either side knows. */
async function* chunks(
  { database, client }: RebuildDeps,
  { cases, openOnly }: RebuildOptions,
): AsyncGenerator<string[]> {
  if (cases.length > 0) {
    yield* slices(cases, CHUNK);
    return;
  }
  const seen = new Set<string>();
  for (let after = ''; ;) {
    const page = await casePage(database.db, { after, limit: CHUNK, openOnly });
    const nos = page.map(({ no }) => no);
    for (const no of nos) seen.add(no);
    if (nos.length > 0) yield nos;
    const last = nos.at(-1);
    if (last === undefined || nos.length < CHUNK) break;
    after = last;
  }
  yield* unseen(client, seen, openOnly);
}

/** Workflows that no row stood for when the rows were read. */
async function* unseen(client: Client, seen: Set<string>, openOnly: boolean): AsyncGenerator<string[]> {
  const query = `GuanjiaFamily IS NOT NULL${openOnly ? ` AND ExecutionStatus = 'Running'` : ''}`;
  let chunk: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) {
    // Of several runs each is listed.
    if (seen.has(workflowId)) continue;
    seen.add(workflowId);
    chunk.push(workflowId);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function strays({ database }: RebuildDeps, totals: Totals, output: Output): Promise<void> {
  for (const { no, tables } of await strayRows(database.db)) {
    totals.orphaned += 1;
    output.say(`${no} has rows in ${tables.join(', ')}, but no case row`);
  }
}

function count(totals: Totals, { verdict, partly }: Look): void {
  if (verdict === 'same' || verdict === 'different') totals.compared += 1;
  if (verdict === 'archived') totals.archived += 1;
  if (verdict === 'orphaned') totals.orphaned += 1;
  if (verdict === 'different') totals.different += 1;
  if (verdict === 'failed' || verdict === 'unknown') totals.failed += 1;
  if (partly) totals.partly += 1;
}

function* slices<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
