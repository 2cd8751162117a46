import type { Check } from './evidence';

/** I1: every accepted case exists for ever, exactly once: one workflow with one first run, one row. */
export const everyCaseOnce: Check = ({ log, inTemporal, histories, ended, rows }) => {
  const wrong: string[] = [];
  const stored = new Set([...rows.cases.map(({ no }) => no), ...ended.keys()]);
  for (const { name, outcome, caseNo, key } of log.entries) {
    if (name !== 'start' || outcome !== 'accepted') continue;
    if (caseNo === null) wrong.push(`${key} was accepted without a number`);
    else if (!inTemporal.has(caseNo)) wrong.push(`${caseNo} was accepted, but Temporal does not have it`);
    else if (!stored.has(caseNo)) wrong.push(`${caseNo} was accepted, but has no row`);
  }
  for (const { no, status, firstRuns } of histories.values()) {
    if (firstRuns.length !== 1) wrong.push(`${no} was begun ${firstRuns.length} times`);
    if (status !== 'RUNNING' && status !== 'COMPLETED') wrong.push(`${no} has ${status.toLowerCase()}`);
    if (!stored.has(no)) wrong.push(`${no} has no row`);
  }
  for (const no of stored) if (!inTemporal.has(no)) wrong.push(`${no} has a row, but Temporal does not have it`);
  return wrong;
};
