import type { TextRef } from '../event';
import type { Instant } from '../instant';

declare module '../event' {
  interface EventData {
    /** Somebody was on the spot and looked; in a repair he has told the resident a preliminary plan (REP-012). */
    surveyed: { readonly findings: TextRef; readonly plan?: TextRef; readonly finishAt?: Instant };
    'plan-proposed': {
      readonly number: number;
      readonly cause: TextRef;
      readonly plan: TextRef;
      readonly finishAt: Instant;
    };
  }
  interface CommandData {
    survey: { readonly findings: TextRef; readonly plan?: TextRef | null; readonly finishAt?: Instant | null };
    'propose-plan': { readonly cause: TextRef; readonly plan: TextRef; readonly finishAt: Instant };
  }
}
