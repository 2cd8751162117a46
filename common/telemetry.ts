import { AsyncLocalStorage } from 'node:async_hooks';

/** Values of a span: ids and codes, never what people typed. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanSpec {
  readonly name: string;
  readonly kind?: 'server' | 'client' | 'internal';
  /** W3C trace context of the span above; without one a new trace begins. */
  readonly parent?: string;
  /** Further spans that it follows from. */
  readonly links?: readonly string[];
  readonly attributes?: Attributes;
  /** Known beforehand where others hang their spans under it before it is recorded. 16 hex digits. */
  readonly spanId?: string;
  /** Milliseconds since the epoch; now when left out. */
  readonly startedAt?: number;
}

export interface SpanEnd {
  readonly name?: string;
  readonly attributes?: Attributes;
  /** Code of what went wrong. */
  readonly error?: string | null;
  readonly endedAt?: number;
}

export interface OpenSpan {
  /** W3C trace context for what happens inside it. */
  readonly traceparent: string;
  end(how?: SpanEnd): void;
}

/** Records spans. Never throws and never waits for whoever collects them. */
export interface Tracer {
  open(spec: SpanSpec): OpenSpan;
  /** Sends what is still there, for two seconds at the most. */
  close(): Promise<void>;
}

/** What is known of the work at hand, however deep the call. */
export interface Trail {
  readonly requestId: string;
  readonly traceparent?: string;
  readonly tracer?: Tracer | null;
}

const trails = new AsyncLocalStorage<Trail>();

/** Everything that `work` calls or starts knows the trail. */
export function onTrail<T>(trail: Trail, work: () => T): T {
  return trails.run(trail, work);
}

/** The request being served, in the form in which commands carry it (workflows/contracts/origin.ts). */
export function currentOrigin(): { readonly requestId: string; readonly traceparent?: string } | undefined {
  const trail = trails.getStore();
  if (!trail) return undefined;
  const { requestId, traceparent } = trail;
  return { requestId, ...(traceparent === undefined ? {} : { traceparent }) };
}

/** Runs `work` in a span below the one at hand; just runs it where no traces are kept. */
export async function inSpan<T>(spec: Omit<SpanSpec, 'parent'>, work: () => Promise<T>): Promise<T> {
  const trail = trails.getStore();
  if (!trail?.tracer || trail.traceparent === undefined) return work();
  const span = trail.tracer.open({ ...spec, parent: trail.traceparent });
  try {
    const result = await trails.run({ ...trail, traceparent: span.traceparent }, work);
    span.end();
    return result;
  } catch (error) {
    span.end({ error: codeOf(error) });
    throw error;
  }
}

/** SQLSTATE, code of a problem or of Node, or the kind of error: never its message, which may quote input. */
export function codeOf(error: unknown): string {
  const { code, type, name } = (error ?? {}) as { code?: unknown; type?: unknown; name?: unknown };
  return String([code, type, name].find((known) => typeof known === 'string') ?? typeof error);
}
