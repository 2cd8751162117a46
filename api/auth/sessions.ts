import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { HOUR, MINUTE } from '../../domain/instant';
import { findSession, insertSession, touchSession, type Session } from '../../db/queries/sessions';
import { createPrincipals } from '../authenticate';
import type { ApiDeps } from '../deps';
import type { Known, Principal } from '../http/access';
import type { Asking, SessionLogin } from '../http/dispatch';
import { problem } from '../http/problem';
import { recordDeed } from '../resources/record';
import { createIdentities, identityOfKeyId } from './identities';

type Deps = Pick<ApiDeps, 'database' | 'clock' | 'directory' | 'blindIndex' | 'tokens'>;

/** Nobody who has gone away stays logged in. */
export const IDLE = 30 * MINUTE;
const LASTS = 12 * HOUR;
/** How old `seenAt` may be: writing it with every request would be most of what a request writes. */
const SEEN_EVERY = MINUTE;

export const COOKIE = '__Host-guanjia';
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax';
/** Takes the cookie away. */
export const ENDED_COOKIE = `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;

const SHAPE = /^([0-9a-f]{16})\.([\w-]{43})$/;

export interface Begun {
  readonly session: Session;
  /** `Set-Cookie` */
  readonly cookie: string;
  /** What the page sends with everything that changes something. */
  readonly csrf: string;
}

/** Logins of browsers: kept by a cookie of which only a hash is stored. */
export interface Sessions extends SessionLogin {
  begin(principal: Principal, device: string): Promise<Begun>;
  /** As he is known now, however he came. */
  again(principal: Principal): Promise<Known>;
}

/** What the directory keeps of a session is kept under this name. */
export const sessionEntry = (id: string): string => `session/${id}`;

export function createSessions(deps: Deps): Sessions {
  const { database, clock, directory } = deps;
  const principals = createPrincipals(deps);
  const identities = createIdentities(deps);
  const seen = new Map<string, number>();

  const find = (id: string): Promise<Session | null> =>
    directory.remember(sessionEntry(id), () => findSession(database.db, id));

  const seenAt = (session: Session): number => Math.max(session.seenAt, seen.get(session.id) ?? 0);

  /** Whom it stands for now; what he logged in with is looked at each time. */
  const known = async (session: Session, csrf: string): Promise<Known> => {
    const now = clock.now();
    const idleUntil = seenAt(session) + IDLE;
    if (session.endedAt !== null || session.endsAt <= now || idleUntil <= now) return 'session-ended';
    const identity = identityOfKeyId(session.keyId);
    const who = identity === null ? principals.byId(session.keyId) : identities.byId(identity, session.role);
    const person = await who;
    if (person === null || typeof person === 'string') return person;
    return { ...person, session: { id: session.id, csrf, idleUntil, endsAt: session.endsAt } };
  };

  const touch = (session: Session): void => {
    const now = clock.now();
    if (now - seenAt(session) < SEEN_EVERY) return;
    if (seen.size > MAX_SEEN) seen.clear();
    seen.set(session.id, now);
    // Written down for the other processes; a request never waits for it and never fails by it.
    void touchSession(database.db, session.id, now).catch(() => undefined);
  };

  return {
    cookie: COOKIE,
    authenticate: async (value, asking) => {
      const [, id = '', secret = ''] = SHAPE.exec(value) ?? [];
      const session = id === '' ? null : await find(id);
      if (!session || !isSame(hashOf(secret), session.hash)) return null;
      const csrf = csrfOf(secret);
      requireIntent(asking, csrf);
      const person = await known(session, csrf);
      if (person !== null && typeof person !== 'string') touch(session);
      return person;
    },
    begin: async (principal, device) => {
      const now = clock.now();
      const secret = randomBytes(32).toString('base64url');
      const session: Session = {
        ...{ id: randomBytes(8).toString('hex'), hash: hashOf(secret), holder: principal.id, keyId: principal.keyId },
        ...{ role: principal.role, device, createdAt: now, seenAt: now, endsAt: now + LASTS, endedAt: null },
      };
      await database.db.transaction().execute(async (trx) => {
        await insertSession(trx, session);
        const deed = { action: 'session.begin', subject: `session/${session.id}`, project: null };
        await recordDeed(trx, { principal, now }, { ...deed, details: { device } });
      });
      const cookie = `${COOKIE}=${session.id}.${secret}; Max-Age=${LASTS / 1000}; ${ATTRIBUTES}`;
      return { session, cookie, csrf: csrfOf(secret) };
    },
    again: async (principal) => {
      if (!principal.session) return principals.again(principal);
      const session = await find(principal.session.id);
      return session ? known(session, principal.session.csrf) : 'session-ended';
    },
  };
}

/** More are forgotten: their instants stand in the database. */
const MAX_SEEN = 10_000;

/** @throws Problem where another page, or none of ours, asks for something to be changed. */
function requireIntent({ isReading, isOwnPage, csrf }: Asking, expected: string): void {
  if (isReading) return;
  if (!isOwnPage) throw problem('origin-not-allowed');
  if (csrf === null || !isSame(csrf, expected)) throw problem('csrf-token-wrong');
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const hashOf = (secret: string): string => createHash('sha256').update(secret, 'ascii').digest('hex');

/** Made of the secret, which no page can read: nothing more has to be stored. */
const csrfOf = (secret: string): string =>
  createHash('sha256').update(`csrf/v1:${secret}`, 'ascii').digest('base64url');
