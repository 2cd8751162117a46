import type { Sinks } from '@temporalio/workflow';
import type { Instant } from '../../domain/instant';

/**
 * The request that a command came with. It goes along inside the arguments, so that log lines and traces of API,
 * workflow and activities can be found together: headers of Temporal would bypass the codec. Never part of the state.
 */
export interface Origin {
  readonly requestId: string;
  /** W3C trace context of the span it belongs under; only while traces are kept. */
  readonly traceparent?: string;
}

/** A command that was dealt with, or the start of a case. Ids and codes only. */
export interface Handled {
  readonly no: string;
  /** `start` for the start. */
  readonly command: string;
  readonly seq: number;
  readonly projection: 'written' | 'pending';
  /** As it came, and as it went on to the activities: one span below. */
  readonly origin: Origin | null;
  readonly passedOn: Origin | null;
  /** By the workflow's time. */
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

/** Tells the worker what a workflow has done, for its log and its traces; not while a history is replayed. */
export type SeenSinks = Sinks & { readonly seen: { handled(handled: Handled): void } };
