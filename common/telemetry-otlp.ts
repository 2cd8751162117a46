import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  RandomIdGenerator,
  type IdGenerator,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { scrubText } from './log-scrubber';
import type { Logger } from './logger';
import type { Metrics } from './metrics';
import type { Attributes, OpenSpan, Tracer } from './telemetry';
import { VERSION } from './version';

export interface TracerOptions {
  readonly service: string;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'spansDropped'>;
}

/** Spans that wait to be sent; more are dropped and counted. */
const QUEUE = 2_048;
const BATCH = 512;
/** Milliseconds. */
const SEND_EVERY = 1_000;
const SEND_WITHIN = 5_000;
const CLOSE_WITHIN = 2_000;

const KIND = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;
const OK = 0;

/**
 * Sends spans as OTLP over HTTP with JSON. Loaded only where an endpoint is configured (create-tracer.ts).
 *
 * Not Temporal's OpenTelemetry interceptors: they follow the asynchronous context, and a case's journal is written by
 * one loop beside all handlers, so that the write would hang under the workflow and not under the command. They would
 * also put OpenTelemetry into the workflow bundle. Here the context goes along with the command (Origin).
 *
 * @param endpoint base address, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it; headers and sampler come from the standard
 *   variables, which OpenTelemetry reads by itself.
 */
export function createOtlpTracer(endpoint: string, { service, metrics }: TracerOptions): Tracer {
  const ids = new Ids();
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: SEND_WITHIN,
  });
  const sender = new Sender(exporter, (count) => metrics.spansDropped.inc(count));
  const provider = new BasicTracerProvider({
    resource: new Resource({ 'service.name': `guanjia-${service}`, 'service.version': VERSION }),
    idGenerator: ids,
    spanProcessors: [sender],
  });
  const tracer = provider.getTracer('guanjia', VERSION);
  return {
    open: (spec) => {
      ids.next = spec.spanId ?? null;
      const above = parse(spec.parent);
      const span = tracer.startSpan(
        spec.name,
        {
          kind: KIND[spec.kind ?? 'internal'],
          attributes: scrubbed(spec.attributes),
          links: (spec.links ?? []).flatMap((link) => parse(link) ?? []).map((context) => ({ context })),
          startTime: hrTime(spec.startedAt),
        },
        above ? trace.setSpanContext(ROOT_CONTEXT, above) : ROOT_CONTEXT,
      );
      ids.next = null;
      return {
        traceparent: format(span.spanContext()),
        end: ({ name, attributes, error, endedAt } = {}) => {
          if (name !== undefined) span.updateName(name);
          span.setAttributes(scrubbed(attributes));
          if (error) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
          span.end(hrTime(endedAt));
        },
      } satisfies OpenSpan;
    },
    close: async () => {
      await sender.finish(CLOSE_WITHIN);
      await provider.shutdown();
    },
  };
}

/** Random ones, but for a span whose id others know already. */
class Ids implements IdGenerator {
  next: string | null = null;
  private readonly random = new RandomIdGenerator();

  readonly generateTraceId = (): string => this.random.generateTraceId();
  readonly generateSpanId = (): string => this.next ?? this.random.generateSpanId();
}

/** Keeps a bounded queue and sends it in batches, one at a time. What finds no place or does not arrive is counted. */
class Sender implements SpanProcessor {
  private readonly waiting: ReadableSpan[] = [];
  private sending: Promise<void> | null = null;
  private readonly timer = setInterval(() => void this.forceFlush(), SEND_EVERY).unref();

  constructor(
    private readonly exporter: SpanExporter,
    private readonly dropped: (count: number) => void,
  ) {}

  onStart(): void {
    // Only finished spans are sent.
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.waiting.length >= QUEUE) this.dropped(1);
    else this.waiting.push(span);
  }

  /** All that waits now, or joins while it is sent. */
  forceFlush(): Promise<void> {
    return (this.sending ??= this.sendAll().finally(() => (this.sending = null)));
  }

  async finish(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([this.forceFlush(), enough]);
    clearTimeout(timer);
  }

  async shutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.exporter.shutdown();
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      if (!(await this.send(batch))) {
        this.dropped(batch.length);
        return;
      }
    }
  }

  private send(batch: ReadableSpan[]): Promise<boolean> {
    return new Promise((resolve) => this.exporter.export(batch, ({ code }) => resolve(Number(code) === OK)));
  }
}

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

function parse(traceparent: string | undefined): SpanContext | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

function format({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** A plain number would be taken for one of the machine's since the process began. */
function hrTime(instant: number | undefined): [number, number] | undefined {
  return instant === undefined ? undefined : [Math.trunc(instant / 1000), (instant % 1000) * 1_000_000];
}

/** The same care as with log lines. */
function scrubbed(attributes: Attributes = {}): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'string' ? scrubText(value) : value]),
  );
}
