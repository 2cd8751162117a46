import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { nextWake } from '../../domain/engine';
import { isoOf } from '../../domain/instant';
import type { CaseState } from '../../domain/state';
import { searchAttributes } from '../contracts/search-attributes';

/** What the Temporal Web UI shows: codes and instants, never personal data. */
export function show({ stage, priority, seq }: CaseState, next: ReturnType<typeof nextWake>): void {
  setCurrentDetails(
    [
      `**${stage}** · ${priority ?? 'unclassified'} · seq ${seq}`,
      next ? `next: ${next.purpose} ${next.obligation ?? ''} at ${isoOf(next.at)}` : 'nothing is due',
    ].join('\n\n'),
  );
  const { typedSearchAttributes: shown } = workflowInfo();
  // Each upsert is an event of the history, so one that says nothing new is left out.
  if (shown.get(searchAttributes.stage) === stage && (shown.get(searchAttributes.priority) ?? null) === priority)
    return;
  upsertSearchAttributes([
    { key: searchAttributes.stage, value: stage },
    { key: searchAttributes.priority, value: priority },
  ]);
}
