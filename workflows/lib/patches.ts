/**
 * Changes in the order of a workflow's commands since the first release. Each is asked for with `patched` at the very
 * place where the ways part, and nowhere else: then only cases that come there pay for its marker, and histories that
 * never come there stay as they are. How one is brought in and taken out again: docs/versioning.md.
 */
export const patches = {
  /** 0.2: messages are sent by a local activity before the journal is written, in the task that asks for them. */
  sentAtOnce: 'complaint-202611-sent-at-once',
  /** 0.2: an urgent message doesn't wait for those that are being sent. */
  urgentOvertakes: 'complaint-202611-urgent-overtakes',
} as const;
