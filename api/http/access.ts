import type { Role } from '../../domain/actor';
import type { LinkRight } from '../../domain/resident';
import { problem } from './problem';

/** Who asks, as the key store or the login knows him. */
export interface Principal {
  readonly id: string;
  readonly kind: 'staff' | 'resident' | 'machine';
  readonly role: Role;
  readonly department: string | null;
  /** Ids of the projects he may see; `*` is all. */
  readonly projects: readonly string[] | '*';
  /** What he came with: a key's id, or `identity:…` of an identity provider. */
  readonly keyId: string;
  readonly householdId?: string;
  /** When what he came with ends; left out where that is looked up. */
  readonly until?: number;
  /** Of somebody who came with the cookie of his browser. */
  readonly session?: PageSession;
  /** Of somebody who came with a resident's link: all that he may see and do. */
  readonly link?: LinkGrant;
}

export interface LinkGrant {
  /** The one case. */
  readonly no: string;
  readonly rights: readonly LinkRight[];
  readonly expiresAt: number;
}

export interface PageSession {
  readonly id: string;
  /** What the page has to send with everything that changes something. */
  readonly csrf: string;
  readonly idleUntil: number;
  readonly endsAt: number;
}

/**
 * How a route keeps other projects out. `in`: the framework compares the named value; a project that isn't the
 * caller's answers 404, as if it were not there. `byHandler` says how the handler does it, where the project is known
 * only after a look-up: with `context.requireProject`, or by restricting its query.
 */
export type ProjectRule =
  { readonly in: 'params' | 'query' | 'body'; readonly name: string } | { readonly byHandler: string };

export interface PublicAccess {
  readonly public: true;
  /** Why nobody has to say who he is. */
  readonly why: string;
  /** Of routes whose address is itself what lets somebody in. */
  readonly capability?: Capability;
}

/** A secret in an address: whoever has it may come. It is in no log, since those name routes and never addresses. */
export interface Capability {
  /** The name of the path parameter that it is. */
  readonly in: string;
  /**
   * Whom it stands for. Null: nobody we know.
   * @throws Problem for one that has ended
   */
  readonly authenticate: (secret: string) => Promise<Principal | null>;
}

/** A login that a browser keeps, for pages that can't send a header. */
export interface CookieLogin {
  readonly name: string;
  /**
   * Who it stands for. Null: nobody we know.
   * @param origin of the page that asks, as the browser names it.
   * @throws Problem for a page that may not ask in his name.
   */
  readonly authenticate: (value: string, origin: string | null) => Promise<Known>;
}

/** What a login stands for. Null: nobody we know. */
export type Known =
  Principal | 'key-expired' | 'key-revoked' | 'token-expired' | 'identity-unknown' | 'session-ended' | null;

export interface RoleAccess {
  readonly public?: never;
  readonly roles: readonly Role[];
  /** Left out only where the route concerns no project. */
  readonly project?: ProjectRule;
  /** Taken where the request has no Authorization header. */
  readonly cookie?: CookieLogin;
}

/** Every route has one: a route without is a type error. */
export type Access = PublicAccess | RoleAccess;

/** @throws Problem 403. */
export function requireRole(principal: Principal, access: RoleAccess): void {
  if (access.roles.includes(principal.role)) return;
  throw problem('role-not-allowed', { role: principal.role, allowed: [...access.roles] });
}

/** @throws Problem 404: a project of others is not told apart from one that is not there. */
export function requireProject(principal: Principal, projectId: string): void {
  if (principal.projects === '*' || principal.projects.includes(projectId)) return;
  throw problem('not-found');
}
