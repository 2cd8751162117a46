import { sha256, type AuditRow } from '../rows';
import type { Check } from './evidence';
import { inOrder } from './read-model';

/** What the first row follows (db/queries/audit.ts). */
const ROOT = sha256('guanjia/audit/1');

/** I7: the audit trail is append-only and complete: its chain holds, and every look at a contact is in it. */
export const auditTrailComplete: Check = ({ log, rows, later }) => [
  ...chain(later.audit),
  ...rows.audit.flatMap((row, index) =>
    later.audit[index]?.hash === row.hash ? [] : [`row ${row.n} of the audit log was changed`],
  ),
  ...missing(log, later.audit),
];

function chain(audit: readonly AuditRow[]): string[] {
  let previous = ROOT;
  for (const [index, row] of audit.entries()) {
    const { n, at, actor, role, action, subject, project, details, hash } = row;
    const content = inOrder([previous, n, at, actor, role, action, subject, project, details]);
    const holds = n === index + 1 && row.previous === previous && hash === sha256(content);
    if (!holds) return [`the chain of the audit log breaks at row ${n}`];
    previous = hash;
  }
  return [];
}

function missing({ entries }: Parameters<Check>[0]['log'], audit: readonly AuditRow[]): string[] {
  const wanted = new Map<string, number>();
  for (const { name, outcome, no } of entries) {
    if (name === 'unmask' && outcome === 'accepted' && no !== null) wanted.set(no, (wanted.get(no) ?? 0) + 1);
  }
  return [...wanted].flatMap(([no, count]) => {
    const found = audit.filter(({ action, subject }) => action === 'case.unmask' && subject === `case/${no}`).length;
    return found >= count ? [] : [`${count} looks at the contact of ${no}, ${found} in the audit log`];
  });
}
