import type { CommandName, EffectKind } from '../../domain/event';
import type { CaseInput } from './case';
import type { EffectRequest } from './effect-request';

/** What came of it. */
export interface EffectAnswer {
  /** A case that the workflow is to start, with what it is started with. */
  readonly start?: CaseStart;
  /** What the case is told of it: a command of the system. */
  readonly command: { readonly name: CommandName; readonly data: unknown } | null;
}

export interface CaseStart {
  readonly workflowType: string;
  readonly input: CaseInput;
}

/** Kinds that the workflow carries out by itself; all others are looked up or prepared by an activity. */
export type OwnEffect = 'tell-case';
export type OutsideEffect = Exclude<EffectKind, OwnEffect>;

export interface EffectActivities {
  /** Finds out what the effect asks for, by the database of this moment. Changes nothing; safe to repeat. */
  carryOut(request: EffectRequest): Promise<EffectAnswer>;
}

/** Name of the signal with which one case tells another; its argument is a `CommandEnvelope` by the system. */
export const TOLD = 'told';

export interface ToldEnvelope {
  /** Stable, so that what is told twice is done once. */
  readonly id: string;
  readonly command: CommandName;
  readonly data: unknown;
}
