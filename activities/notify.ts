import type { Kysely } from 'kysely';
import type { Clock } from '../common/clock';
import { transact, type DatabaseHandle } from '../db/database';
import { listStaff } from '../db/queries/directory';
import { markDeliverable } from '../db/queries/handover';
import { BEGIN } from '../db/queries/journal-sql';
import { insertNotices, standingOf, type Notice, type Sent } from '../db/queries/notices';
import { DIVERTED, INBOX } from '../db/queries/notifications';
import { onDuty } from '../db/queries/roster';
import type { Database } from '../db/schema';
import type { Instant } from '../domain/instant';
import type { NotifyActivities, NotifyOutcome, NotifyRequest } from '../workflows/contracts/notify';
import { untilItSucceeds } from './permanent';
import { resolve } from './recipients';
import { SharedLookup } from './shared-lookup';

export interface NotifyDeps {
  readonly database: Pick<DatabaseHandle, 'db' | 'pool'>;
  readonly clock: Clock;
  /** Hands over what goes out besides, by the keys of its requests; left out: nothing does. */
  readonly handOver?: (keys: readonly string[]) => Promise<void>;
}

/** Who is on duty, by project. */
type Duty = SharedLookup<Awaited<ReturnType<typeof onDuty>>>;

/**
 * Messages go to inboxes in the database. Who is told is decided once: a request that is repeated finds what it wrote
 * the first time, even when the roster has changed since. As a local activity it may belong to a run of a workflow task
 * that is never committed; then it is as if it had not been (`standingOf`). What goes out besides is handed over when the
 * rows are there; a delivery sends nothing before the run that asked for it is committed.
 */
export function createNotifyActivities({ database: { db, pool }, clock, handOver }: NotifyDeps): NotifyActivities {
  const duty: Duty = new SharedLookup((project, at) => onDuty(db, { project, at }));
  return {
    notify: async (requests) => {
      const keys = requests.map(({ key }) => key);
      const { outcomes, due } = await untilItSucceeds(async () => {
        // Looked up before the locks are taken: of two that send at once the first to write decides.
        const candidates = await addressed(db, duty, requests, clock.now());
        return transact(pool, BEGIN, async (client) => {
          const { fresh, known } = await standingOf(client, requests);
          const notices = candidates.filter(({ request }) => fresh.includes(request));
          await insertNotices(client, notices);
          const outcomes = requests.map((request) => {
            const notice = notices.find((candidate) => candidate.request === request);
            return notice ? outcomeOf(notice) : outcomeAgain(request, known.get(request.key) ?? []);
          });
          return { outcomes, due: handOver !== undefined && (await markDeliverable(client, keys)) };
        });
      });
      // Also of a repeated request: whoever ended between the two has left its rows due.
      if (due) await handOver?.(keys);
      return outcomes;
    },
  };
}

/**
 * Looks the roster up once per project, at the moment of sending: a message that was held up over a shift change is for
 * those who are there by then.
 */
async function addressed(
  db: Kysely<Database>,
  duty: Duty,
  requests: readonly NotifyRequest[],
  now: Instant,
): Promise<Notice[]> {
  const notices: Notice[] = [];
  for (const project of new Set(requests.map((request) => request.project))) {
    const here = requests.filter((request) => request.project === project);
    const ids = here.flatMap(({ to }) => (to.kind === 'person' ? [to.id] : []));
    const staff = ids.length === 0 ? [] : await listStaff(db, { projects: '*', ids });
    // A server whose time is skipped is ahead of our clock.
    const at = Math.max(now, ...here.map((request) => request.at));
    const present = await duty.ask(project, at);
    notices.push(
      ...here.map((request) => ({
        request,
        // A drill pages nobody: its messages are kept to be looked at.
        channel: request.mode === 'drill' ? DIVERTED : INBOX,
        ...resolve(request, staff, present),
      })),
    );
  }
  return notices;
}

function outcomeOf({ request, channel, recipients, role, skipped }: Notice): NotifyOutcome {
  return { seq: request.seq, channel, role: recipients.length === 0 ? null : role, recipients, skipped };
}

/** The same outcome, read from what was written. */
function outcomeAgain(request: NotifyRequest, sent: readonly Sent[]): NotifyOutcome {
  const recipients = sent.flatMap(({ recipient }) => (recipient === null ? [] : [recipient]));
  const { channel = INBOX, role = null, skipped = [] } = sent[0] ?? {};
  return outcomeOf({ request, channel, recipients, role, skipped });
}
