import { ApplicationFailure, currentUpdateInfo, defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Refusal } from '../../domain/family';
import { REFUSED } from '../contracts/case';

/** How a case answers whoever asks it, or asks something of it. */

/** A question: an update that is turned away, with its answer, before anything of it is recorded; and a query. */
export function answering<Arguments extends unknown[]>(
  { name, answered }: { readonly name: string; readonly answered: string },
  answer: (...args: Arguments) => unknown,
): void {
  const turnAway = (...args: Arguments): never => {
    throw ApplicationFailure.create({ type: answered, message: name, nonRetryable: true, details: [answer(...args)] });
  };
  setHandler(defineUpdate<undefined, Arguments>(name), () => undefined, { validator: turnAway });
  setHandler(defineQuery<unknown, Arguments>(name), answer);
}

/** Of the command that is handled now; to be asked before the first await. */
export function nameOfUpdate(): string {
  return currentUpdateInfo()?.name ?? '';
}

/** What the caller of a command gets in its place. */
export function refusal(reason: Refusal): ApplicationFailure {
  return ApplicationFailure.create({
    type: REFUSED,
    message: reason.refused,
    nonRetryable: true,
    details: [reason],
  });
}
