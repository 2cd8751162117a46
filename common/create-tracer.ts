import type { Config } from './config';
import type { Tracer } from './telemetry';
import type { TracerOptions } from './telemetry-otlp';

/** Null without an endpoint: then no SDK of OpenTelemetry is even loaded. */
export async function createTracer({ otlpEndpoint }: Config, options: TracerOptions): Promise<Tracer | null> {
  if (!otlpEndpoint) return null;
  const { createOtlpTracer } = await import('./telemetry-otlp.js');
  options.logger.info({ service: options.service }, 'traces are sent to an OTLP endpoint');
  return createOtlpTracer(otlpEndpoint, options);
}
