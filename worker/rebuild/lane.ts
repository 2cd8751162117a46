import { isGrpcServiceError } from '@temporalio/client';
import { DatabaseError } from 'pg';
import type { Clock } from '../../common/clock';
import type { Sealer } from '../../common/crypto/sealer';
import { scrubMessage } from '../../common/log-scrubber';
import type { Logger } from '../../common/logger';
import { isPermanentData, isTransient, type DatabaseHandle } from '../../db/database';
import { caseMarks, type CaseMark, type RowDifference } from '../../db/queries/derived';
import { rewriteCase } from '../../db/queries/journal';
import { Scratch } from '../../db/scratch';
import { mendCase } from '../../activities/mend';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { Replayer, type ReplayDeps } from '../replay';

export interface LaneDeps extends ReplayDeps {
  /** The live read model. */
  readonly database: DatabaseHandle;
  readonly databaseUrl: string;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One case, looked at once. */
export interface Look {
  readonly no: string;
  /**
   * `archived`: ended, and no longer in Temporal. `orphaned`: open, and not in Temporal. `unknown`: neither here nor
   * there. `failed`: can't be told.
   */
  readonly verdict: 'same' | 'different' | 'archived' | 'orphaned' | 'unknown' | 'failed';
  readonly differences: readonly RowDifference[];
  /** Why it failed. */
  readonly reason: string | null;
  /** Its first runs are no longer in Temporal: what they wrote was taken as it is. */
  readonly partly: boolean;
  /** Of how far both sides were. Two looks at the same stand see the same. */
  readonly stand: string;
}

type Folded = Omit<Look, 'stand' | 'differences'> & { readonly batch: JournalBatch | null };

/** One of several that work side by side, each with a sandbox for replays and an empty read model of its own. */
export class Lane {
  private constructor(
    private readonly deps: LaneDeps,
    private readonly scratch: Scratch,
    private readonly replayer: Replayer,
  ) {}

  static async open(deps: LaneDeps): Promise<Lane> {
    return new Lane(deps, await Scratch.open(deps.databaseUrl, deps.logger), new Replayer(deps));
  }

  /** Folds some cases anew and compares them with the live read model. */
  async look(nos: readonly string[]): Promise<Look[]> {
    await this.scratch.clear();
    const marks = await caseMarks(this.deps.database.db, nos);
    const folded: Folded[] = [];
    for (const no of nos) folded.push(await this.fold(no, marks.get(no) ?? null));
    const compared = folded.filter(({ verdict }) => verdict === 'same').map(({ no }) => no);
    const differences = await this.scratch.differences(compared);
    return folded.map(({ batch, ...look }) => {
      const rows = differences.filter(({ no }) => no === look.no);
      const mark = marks.get(look.no);
      const stand = [mark?.seq, mark?.fence, batch?.snapshot.state.seq, batch?.fence].join(' ');
      return { ...look, verdict: rows.length > 0 ? 'different' : look.verdict, differences: rows, stand };
    });
  }

  /** Writes a case into the live read model as its histories have it. */
  mend(no: string): ReturnType<typeof mendCase> {
    return mendCase({ ...this.deps, replay: (wanted) => this.replayer.replay(wanted) }, no);
  }

  async close(): Promise<void> {
    await Promise.all([this.replayer.close(), this.scratch.close()]);
  }

  private async fold(no: string, mark: CaseMark | null): Promise<Folded> {
    const folded = { no, reason: null, partly: false, batch: null };
    try {
      const batch = await this.replayer.replay(no);
      if (!batch) return { ...folded, verdict: mark === null ? 'unknown' : mark.ended ? 'archived' : 'orphaned' };
      const partly = batch.opened === null;
      if (partly) await this.scratch.copyLive(no);
      const { handle } = this.scratch;
      const over = (await caseMarks(handle.db, [no])).get(no) ?? null;
      await rewriteCase(handle, batch, { sealer: this.deps.sealer, over });
      return { ...folded, verdict: 'same', partly, batch };
    } catch (error) {
      if (isOfTheWhole(error)) throw error;
      return { ...folded, verdict: 'failed', reason: scrubMessage(String(error)) };
    }
  }
}

/** A server is away: the next case would fare no better. */
function isOfTheWhole(error: unknown): boolean {
  if (isGrpcServiceError(error) || isTransient(error)) return true;
  return error instanceof DatabaseError && !isPermanentData(error);
}
