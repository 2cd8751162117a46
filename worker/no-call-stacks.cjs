// `node --require` of this file spares workflows the SDK's hook on promises. Node hands it on to the threads in which they
// run, where no other code of ours comes before the SDK.
//
// For the query `__stack_trace` the SDK (1.24) takes a stack trace of every promise that a workflow makes, compiles three
// functions for it and keeps the trace while the promise is pending; no option switches that off. Replaying a case took
// 131 ms of a core with it and 95 ms without, and a cached case holds its traces. Where the hook can't be had, as on Bun,
// the SDK does without: the query is refused with "Workflow stack traces are not enabled on this worker", and nothing else
// changes. Where a case stands is in its details, its search attributes and its events.
const console = require('node:console');
const { promiseHooks } = require('node:v8');

const { createHook } = promiseHooks;
/** Of Node's own hooks, by which contexts are carried along, each has `before`. */
promiseHooks.createHook = (hooks) => {
  if ('before' in hooks) return createHook(hooks);
  throw new Error('promises of workflows are not traced');
};

// The SDK says so on the console, as text among the lines of the log.
const { warn } = console;
console.warn = (...said) => {
  if (!String(said[0]).startsWith('v8.promiseHooks.createHook is not available')) warn(...said);
};
