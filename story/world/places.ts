import root from '@temporalio/proto/protos/root';
import type { Field, Namespace, Type } from 'protobufjs';
import type { Place, Places } from './wire';

/**
 * Where the messages of Temporal's services hold timestamps, from their own definitions.
 *
 * The test server does not know that the worker behind a sticky queue is gone and would keep its tasks for it for
 * ever, so no execution is made sticky: every task goes to the common queue, as it does in production when a worker
 * has been away for ten seconds.
 */
export interface Method {
  readonly request: Places;
  readonly response: Places;
}

const SERVICES = [
  'temporal.api.workflowservice.v1.WorkflowService',
  'temporal.api.operatorservice.v1.OperatorService',
  'temporal.api.testservice.v1.TestService',
];
const TIMESTAMP = '.google.protobuf.Timestamp';
const STICKY = '.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest';
/** Timers that are set while the story stands still must not run meanwhile. */
const TIMER = '.temporal.api.command.v1.StartTimerCommandAttributes';
const NONE: Places = new Map();

/** By path: `/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution`. */
export function methods(): ReadonlyMap<string, Method> {
  const known = new Map<string, Map<number, Place>>();
  const found = new Map<string, Method>();
  for (const name of SERVICES) {
    const service = (root as unknown as Namespace).lookupService(name);
    for (const method of service.methodsArray) {
      method.resolve();
      const { resolvedRequestType: request, resolvedResponseType: response } = method;
      if (request && response) {
        found.set(`/${name}/${method.name}`, {
          request: placesOf(request, known),
          response: placesOf(response, known),
        });
      }
    }
  }
  return found;
}

function placesOf(type: Type, known: Map<string, Map<number, Place>>): Places {
  const before = known.get(type.fullName);
  if (before) return before;
  const places = new Map<number, Place>();
  known.set(type.fullName, places);
  for (const field of type.fieldsArray) {
    field.resolve();
    const inner = special(type.fullName, field.name) ?? placeOf(field, known);
    if (inner !== NONE) places.set(field.id, inner);
  }
  return places;
}

function special(type: string, field: string): Place | null {
  if (type === STICKY && field === 'stickyAttributes') return 'drop';
  return type === TIMER && field === 'startToFireTimeout' ? 'timer' : null;
}

function placeOf(field: Field, known: Map<string, Map<number, Place>>): Place {
  const type = field.resolvedType;
  if (!type || !('fieldsArray' in type)) return NONE;
  const inner = type.fullName === TIMESTAMP ? 'timestamp' : placesOf(type, known);
  // The value of a map's entry is its field 2.
  return field.map ? new Map([[2, inner]]) : inner;
}
