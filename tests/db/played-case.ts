import type { Actor } from '../../domain/actor';
import { complaint } from '../../domain/complaint';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import type { ComplaintState } from '../../domain/complaint/state';
import { openCase, runCommand, runWake, type Step } from '../../domain/engine';
import type { Command, CommandData, CommandName, OpenedRecord, TextRef } from '../../domain/event';
import { isRefusal, type Refusal } from '../../domain/family';
import { HOUR, MINUTE, type Instant } from '../../domain/instant';
import { RULES } from '../../domain/rules';
import { snapshotOf } from '../../domain/projection';
import type { CommandReceipt, JournalBatch } from '../../workflows/contracts/journal';
import { defaultPolicy as asVersion } from '../support/default-policies';

/** 2026-11-23, a Monday, 09:00 in Shanghai. */
export const MONDAY = Date.UTC(2026, 10, 23, 1, 0);

export const CLERK: Actor = { id: 'clerk', role: 'customer_service', department: 'customer_service' };
export const ENGINEER: Actor = { id: 'engineer', role: 'engineering', department: 'engineering' };
export const MANAGER: Actor = { id: 'manager', role: 'manager', department: null };

export const RECORD: OpenedRecord = {
  source: 'live',
  channel: 'phone',
  building: '3',
  unit: '2',
  asset: 'lift-3-2',
  roomIndex: 'a'.repeat(32),
  phoneIndex: 'b'.repeat(32),
  careColour: null,
  repeatOf: null,
  rootCase: null,
  expectedResolutionAt: null,
};

let policy: ComplaintPolicy | undefined;

/** The policy that comes with the program, as version 1; read once, for many cases are played by it. */
export function defaultPolicy(): ComplaintPolicy {
  return (policy ??= asVersion<ComplaintPolicy>('complaint', 1));
}

let texts = 0;

export function textRef(): TextRef {
  texts += 1;
  return { ref: `00000000-0000-4000-8000-${String(texts).padStart(12, '0')}`, digest: 'd'.repeat(43) };
}

export interface Opening {
  readonly no: string;
  readonly at?: Instant;
  readonly project?: string;
  readonly subtype?: string | null;
  readonly record?: Partial<OpenedRecord>;
  readonly matter?: TextRef;
}

/**
 * A complaint played by the real engine without Temporal. Each step gives the batch that the workflow would hand over;
 * `fork` goes on from the present state as another run of the same workflow task would.
 */
export class PlayedCase {
  private constructor(
    readonly state: ComplaintState,
    /** The present moment of the case. */
    readonly now: Instant,
    private readonly record: OpenedRecord,
  ) {}

  static open(opening: Opening, fence?: Instant): { played: PlayedCase; batch: JournalBatch } {
    const { no, at = MONDAY, project = 'lakeside', subtype = 'lift-noise' } = opening;
    const record = { ...RECORD, ...opening.record };
    const step = must(
      openCase(
        complaint,
        {
          no,
          project: { id: project, zone: 'Asia/Shanghai' },
          mode: 'live',
          reportedAt: at,
          receivedAt: at,
          by: CLERK,
          type: subtype === null ? null : 'facility',
          subtype,
          priority: subtype === null ? null : 'important',
          level: null,
          policy: defaultPolicy(),
          rules: RULES,
          record,
          matter: opening.matter ?? textRef(),
          restatement: null,
          restatementConfirmed: null,
          contact: null,
          departments: subtype === null ? null : ['engineering'],
        },
        { at, by: CLERK },
      ),
    );
    const played = new PlayedCase(step.state, at, record);
    return { played, batch: played.batch(step, fence ?? at, [], record) };
  }

  /** A command after so much time; its receipt goes with the batch. */
  command<K extends CommandName>(
    name: K,
    data: CommandData[K],
    options: { by?: Actor; after?: number; fence?: Instant; id?: string } = {},
  ): { played: PlayedCase; batch: JournalBatch } {
    const at = this.now + (options.after ?? MINUTE);
    const id = options.id ?? `${name}-${this.state.seq}`;
    const command = { name, id, by: options.by ?? CLERK, data } as unknown as Command;
    const step = must(runCommand(complaint, this.state, command, at));
    const played = new PlayedCase(step.state, at, this.record);
    const answer = { no: this.state.no, seq: step.state.seq, snapshot: snapshotOf(step.state) };
    const receipt: CommandReceipt = { id, command: name, bodyHash: `hash-${id}`, seq: step.state.seq, answer };
    return { played, batch: played.batch(step, options.fence ?? at, [receipt]) };
  }

  /** So much time passes. */
  wait(time: number, fence?: Instant): { played: PlayedCase; batch: JournalBatch } {
    const at = this.now + time;
    const step = runWake(complaint, this.state, at);
    const played = new PlayedCase(step.state, at, this.record);
    return { played, batch: played.batch(step, fence ?? at, []) };
  }

  private batch(
    step: Step<ComplaintState>,
    fence: Instant,
    receipts: CommandReceipt[],
    opened: OpenedRecord | null = null,
  ): JournalBatch {
    return { no: step.state.no, fence, events: step.events, snapshot: snapshotOf(step.state), receipts, opened };
  }
}

function must<T>(step: T | Refusal): T {
  if (isRefusal(step)) throw new Error(`refused: ${JSON.stringify(step)}`);
  return step;
}

/** Several batches as the one that a rebuild would write. */
export function joined(batches: readonly JournalBatch[]): JournalBatch {
  const last = batches.at(-1);
  const first = batches[0];
  if (!first || !last) throw new Error('nothing to join');
  return {
    ...last,
    events: batches.flatMap(({ events }) => events),
    receipts: batches.flatMap(({ receipts }) => receipts),
    opened: first.opened,
  };
}

/** A whole complaint: opened, acknowledged, surveyed, planned, overdue for a day, resolved. */
export function wholeComplaint(no: string, project?: string): JournalBatch[] {
  const batches: JournalBatch[] = [];
  const keep = ({ played, batch }: { played: PlayedCase; batch: JournalBatch }): PlayedCase => {
    batches.push(batch);
    return played;
  };
  const opened = keep(PlayedCase.open({ no, project }));
  const acknowledged = keep(opened.command('acknowledge', { note: null }));
  const surveyed = keep(acknowledged.command('survey', { findings: textRef() }, { by: ENGINEER, after: HOUR }));
  const finishAt = MONDAY + 30 * HOUR;
  const planned = keep(surveyed.command('propose-plan', { cause: textRef(), plan: textRef(), finishAt }));
  const confirmed = keep(planned.command('owner-answer', { accepted: true, score: null, comment: null }));
  const accepted = keep(confirmed.command('accept-part', { department: 'engineering' }, { by: ENGINEER }));
  const overdue = keep(accepted.wait(40 * HOUR));
  keep(overdue.command('complete-part', { department: 'engineering', result: textRef() }, { by: ENGINEER }));
  return batches;
}
