import type { InjectedSinks } from '@temporalio/worker';
import type { Logger } from '../common/logger';
import type { Tracer } from '../common/telemetry';
import type { Handled, SeenSinks } from '../workflows/contracts/origin';

export interface SeenDeps {
  readonly logger: Logger;
  readonly tracer: Tracer | null;
}

/** What a workflow has done becomes a line of the worker's log and, where traces are kept, a span. */
export function seenSinks(deps: SeenDeps | undefined): InjectedSinks<SeenSinks> {
  const fn = (_info: unknown, handled: Handled): void => {
    if (!deps) return;
    const { no, command, seq, projection, origin } = handled;
    deps.logger.info({ requestId: origin?.requestId, no, command, seq, projection }, 'command done');
    if (deps.tracer) record(deps.tracer, handled);
  };
  return { seen: { handled: { fn, callDuringReplay: false } } };
}

/** Spans of the activities hang below it already: they were told its id beforehand. */
function record(tracer: Tracer, { no, command, seq, origin, passedOn, startedAt, endedAt }: Handled): void {
  const parent = origin?.traceparent;
  if (parent === undefined || parent === passedOn?.traceparent) return;
  const spanId = passedOn?.traceparent?.split('-')[2];
  const attributes = { 'guanjia.case': no, 'guanjia.seq': seq };
  tracer.open({ name: `workflow ${command}`, parent, spanId, startedAt, attributes }).end({ endedAt });
}
