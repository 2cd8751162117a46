import { SUPERVISORS, type Role } from '../actor';
import { moveOwner, notify, openObligations, owedBy } from '../book';
import { draft, type TextRef } from '../event';
import { refuse, type Slice } from '../family';
import type { OwedBy } from '../obligation';
import type { CaseState } from '../state';
import { notClosed } from './stage';

/** Whose debts go to whom. */
export interface Relief {
  readonly from: string;
  readonly to: string;
  /** Only what is owed in this role; null: whatever he owes here. */
  readonly role: Role | null;
  readonly reason: TextRef;
}

declare module '../event' {
  interface EventData {
    relieved: Relief;
  }
  interface CommandData {
    /** Shift change, or somebody leaves: afterwards he owes nothing here. */
    relieve: Relief;
  }
}

/**
 * Nobody who is gone owes anything (交接班). What is given to somebody by name, the case, the job, a promise, goes to the
 * successor; what one takes by himself, an offer or a department's part, goes back to where the rules send it. Each slice
 * reacts to `relieved` for what it gave away; this one comes last and takes what is left. No clock changes.
 * @param handling stages in which whoever has the job has it to do, in families with jobs.
 */
export function relieving(handling: readonly string[] = []): Slice {
  return {
    commands: {
      relieve: {
        roles: SUPERVISORS,
        guard: (state) => notClosed(state),
        decide: (state, relief) => {
          const { from, to } = relief;
          if (from === to) return refuse('same-person', { person: to });
          const owes = debtors(state, handling).some((debtor) => isRelieved(relief, debtor));
          return owes ? [draft('relieved', relief)] : refuse('owes-nothing', { person: from });
        },
      },
    },
    react: {
      relieved: ({ data }, state) =>
        openObligations(state)
          .filter((obligation) => isRelieved(data, obligation.owedBy))
          .flatMap((obligation) => [
            ...moveOwner(state, [obligation], { ...obligation.owedBy, person: data.to }),
            notify(state, {
              template: 'obligation-handed-over',
              to: { kind: 'person', id: data.to },
              obligation,
              text: data.reason,
            }),
          ]),
    },
  };
}

/** Whether it is he who owes it, in the role in which he is relieved. */
export function isRelieved({ from, role }: Pick<Relief, 'from' | 'role'>, debtor: OwedBy): boolean {
  return debtor.person === from && (role === null || debtor.role === role);
}

/** Everybody who owes something here in person. */
function debtors(state: CaseState, handling: readonly string[]): OwedBy[] {
  return [
    owedBy(state, { as: 'owner' }),
    ...(handling.includes(state.stage) ? [owedBy(state, { as: 'assignee' })] : []),
    ...openObligations(state).map((obligation) => obligation.owedBy),
  ];
}
