import type { Selectable } from 'kysely';
import type { PoolClient, QueryConfig } from 'pg';
import type { Sealer } from '../../common/crypto/sealer';
import type { JournalEvent } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import { EMPTY_TALLY, foldTally, type FactTally, type Segment } from '../../domain/facts';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { transact, type DatabaseHandle } from '../database';
import type { CaseTable } from '../schema/case';
import type { JournalTable } from '../schema/journal';
import { instantOf } from '../time';
import { attemptRows, caseFactRow, obligationFactRow, segmentRow, timerRows, type FactRecord } from './fact-rows';
import { journalEvent } from './journal-read';
import {
  changedObligations,
  journalRow,
  obligationRow,
  receiptRows,
  recordColumns,
  stateColumns,
  type Grading,
} from './journal-rows';
import { BEGIN, BEGIN_PATIENTLY, LOCK, OPEN, RECEIPTS, UNWIND, WRITE } from './journal-sql';
import { takeSealed } from './sealed';
import { forgetCaller } from './erasure';
import { attachFiles } from './files';
import { notStored, openSealed, putOpened } from './vault';

/** An earlier batch of the case has not arrived yet: worth repeating. */
export class JournalGapError extends Error {
  override readonly name = 'JournalGapError';
}

/** The batch contradicts itself: repeating it changes nothing. */
export class InvalidBatchError extends Error {
  override readonly name = 'InvalidBatchError';
}

/**
 * Writes a batch and all that follows from it in one transaction under the lock of the case row. The fence decides
 * whose run of a workflow task counts: a batch older than what is stored is dropped, and one that begins before the
 * stored end takes the place of everything from there on. So the last committed run wins, in whatever order the
 * writes arrive, and writing a batch again changes nothing.
 *
 * Sealed texts go into the vault first, under the same refs if it has to be repeated.
 *
 * @returns whether the batch was written, or dropped because a later run, or this one, had been written already.
 * @throws JournalGapError, InvalidBatchError, SealedTextError, and what the database throws.
 */
export async function writeBatch(
  { db, pool }: DatabaseHandle,
  received: JournalBatch,
  deps: { readonly sealer: Sealer },
): Promise<'written' | 'dropped'> {
  const batch = await withoutTexts(db, received, deps.sealer);
  const { first, last } = rangeOf(batch);
  return transact(pool, BEGIN, async (client) => {
    const stored = await lock(client, batch);
    if (batch.fence < stored.fence) return 'dropped';
    if (batch.fence === stored.fence && last <= stored.seq) {
      await run(client, RECEIPTS, [receiptRows(batch, false)]);
      return 'dropped';
    }
    if (first > stored.seq + 1) throw new JournalGapError(`${batch.no}: ${first} does not follow ${stored.seq}`);
    const prefix = first <= stored.seq ? await unwind(client, batch.no, first) : null;
    await write(client, batch, stored, prefix);
    if (stored.erased) await forgetCaller(client, batch.no);
    return 'written';
  });
}

/** What a case row was when somebody looked: whoever writes the case changes it. */
export interface RowMark {
  readonly seq: number;
  readonly fence: Instant;
}

/**
 * Puts what the histories say of a case in the place of whatever is stored, also where its row says that more, or a
 * younger run, was written: then a run wrote it that Temporal never took, and nobody else would ever take it back.
 * @param deps.over the row as it was before the histories were read, null when there was none. `dropped`: another one
 *   is there now, written by somebody who knows better.
 * @throws JournalGapError when the histories begin in the middle, and what lay before is not stored; InvalidBatchError,
 *   SealedTextError, and what the database throws.
 */
export async function rewriteCase(
  { db, pool }: DatabaseHandle,
  received: JournalBatch,
  deps: { readonly sealer: Sealer; readonly over: RowMark | null },
): Promise<'written' | 'dropped'> {
  const batch = await withoutTexts(db, received, deps.sealer);
  const { first } = rangeOf(batch);
  return transact(pool, BEGIN_PATIENTLY, async (client) => {
    const stored = await lock(client, batch);
    const isNew = stored.seq === 0 && stored.fence === 0;
    if (!isNew && (stored.seq !== deps.over?.seq || stored.fence !== deps.over.fence)) return 'dropped';
    const prefix = await unwind(client, batch.no, first);
    if (prefix.length < first - 1) throw new JournalGapError(`${batch.no}: what came before ${first} is not stored`);
    await write(client, batch, stored, prefix);
    if (stored.erased) await forgetCaller(client, batch.no);
    return 'written';
  });
}

/** Sealed texts go into the vault. @returns the batch without them. */
async function withoutTexts(db: DatabaseHandle['db'], received: JournalBatch, sealer: Sealer): Promise<JournalBatch> {
  const { batch, texts } = takeSealed(received);
  const entries = (await notStored(db, texts)).map((text) => openSealed(sealer, batch.no, text));
  await putOpened(db, sealer, batch.no, entries, batch.fence);
  return batch;
}

/** Numbers of the first and last event; of a batch without events, those that would follow. */
function rangeOf({ no, events, snapshot }: JournalBatch): { first: number; last: number } {
  const last = snapshot.state.seq;
  const first = last - events.length + 1;
  if (snapshot.state.no !== no || events.some((event, index) => event.seq !== first + index)) {
    throw new InvalidBatchError(`${no}: the events do not end at ${last} without a gap`);
  }
  return { first, last };
}

interface Stored extends Grading, Pick<StoredRow, 'seq' | 'fence' | 'tally'> {
  readonly updatedAt: Instant;
  readonly record: FactRecord;
  /** Who reported it was erased: what tells of him stays out of what is written anew. */
  readonly erased?: boolean;
}

async function lock(client: PoolClient, batch: JournalBatch): Promise<Stored> {
  const { rows } = batch.opened
    ? await run<StoredRow>(client, OPEN, [firstRow(batch)])
    : await client.query<StoredRow>({ ...LOCK, values: [batch.no] });
  const row = rows[0];
  if (!row) throw new JournalGapError(`${batch.no} is not there yet`);
  const { source, channel, building, unit, asset } = row;
  const before = { repeatOf: row.repeat_of, rootCase: row.root_case, careColour: row.care_colour };
  return {
    ...row,
    updatedAt: instantOf(row.updated_at),
    record: { source, channel, building, unit, asset, ...before },
  };
}

type StoredRow = Grading &
  Pick<
    Selectable<CaseTable>,
    | 'seq'
    | 'fence'
    | 'tally'
    | 'updated_at'
    | 'source'
    | 'channel'
    | 'building'
    | 'unit'
    | 'asset'
    | 'care_colour'
    | 'repeat_of'
    | 'root_case'
  > & { readonly erased?: boolean };

/** Holds the place of a case until its first event is written in the same transaction. */
function firstRow(batch: JournalBatch): Record<string, unknown> {
  const at = batch.events[0]?.at ?? batch.fence;
  const columns = stateColumns(batch.snapshot, { at, fence: 0, tally: EMPTY_TALLY });
  return { ...columns, seq: 0, policy_version: 0, snapshot: {}, ...(batch.opened ? recordColumns(batch.opened) : {}) };
}

/** Takes back the events from `first` on. @returns those before. */
async function unwind(client: PoolClient, no: string, first: number): Promise<JournalEvent[]> {
  await client.query({ ...UNWIND, values: [no, first] });
  const { rows } = await client.query<Selectable<JournalTable>>(
    'select * from journal where case_no = $1 order by seq',
    [no],
  );
  return rows.map(journalEvent);
}

/** @param prefix the whole journal before the batch when it was unwound; then facts are folded anew. */
async function write(
  client: PoolClient,
  batch: JournalBatch,
  stored: Stored,
  prefix: readonly JournalEvent[] | null,
): Promise<void> {
  const { snapshot, events, fence } = batch;
  const { record } = stored;
  const at = (events.at(-1) ?? prefix?.at(-1))?.at ?? stored.updatedAt;
  const { tally, segments } = fold(stored.tally, prefix, events);
  const obligations = changedObligations(batch, prefix ? null : stored);
  await run(client, WRITE, [
    stateColumns(snapshot, { at, fence, tally }),
    events.map((event) => journalRow(batch.no, event)),
    receiptRows(batch, true),
    obligations.map((obligation) => obligationRow(snapshot, obligation)),
    obligations.map((obligation) => obligationFactRow(snapshot, record, obligation, at)),
    [caseFactRow(snapshot, record, tally)],
    segments.map((segment) => segmentRow(snapshot, segment)),
    attemptRows(snapshot, events),
    timerRows(snapshot, events),
  ]);
  const ids = events.flatMap(({ type, data }) => (type === 'photos-added' ? data.files : []));
  if (ids.length > 0) await attachFiles(client, { ids, caseNo: batch.no, at });
}

function fold(
  stored: FactTally,
  prefix: readonly JournalEvent[] | null,
  events: readonly JournalEvent[],
): { tally: FactTally; segments: Segment[] } {
  const before = prefix ? foldTally(EMPTY_TALLY, prefix) : { tally: stored, ended: [] };
  const { tally, ended } = foldTally(before.tally, events);
  return { tally, segments: [...before.ended, ...ended, ...tally.running] };
}

/** Parameters go as JSON. */
function run<Row extends object>(client: PoolClient, statement: QueryConfig, values: readonly unknown[]) {
  return client.query<Row>({ ...statement, values: values.map((value) => JSON.stringify(value)) });
}
