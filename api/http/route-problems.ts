import type { ProblemCode } from './problem-codes';
import type { Route } from './route';

const ANY_ROUTE: readonly ProblemCode[] = [
  'malformed-request',
  'headers-too-large',
  'request-timeout',
  'invalid-request',
  'rate-limited',
  'internal-error',
];
const WITH_LOGIN: readonly ProblemCode[] = [
  'unauthenticated',
  'key-expired',
  'key-revoked',
  'token-expired',
  'identity-unknown',
  'identity-provider-away',
  'role-unclear',
  'session-ended',
  'two-logins',
  'csrf-token-wrong',
  'origin-not-allowed',
  'role-not-allowed',
  'database-unavailable',
  'key-missing',
];
const WITH_CAPABILITY: readonly ProblemCode[] = ['link-unknown', 'link-ended', 'database-unavailable', 'key-missing'];
const WITH_BODY: readonly ProblemCode[] = [
  'malformed-json',
  'unsupported-media-type',
  'body-too-large',
  'body-too-deep',
  'duplicate-key',
  'forbidden-key',
];
const WITH_UPLOAD: readonly ProblemCode[] = ['unsupported-media-type', 'body-too-large'];
const WITH_KEY: readonly ProblemCode[] = [
  'idempotency-key-malformed',
  'idempotency-key-required',
  'idempotency-mismatch',
];
const WITH_IF_MATCH: readonly ProblemCode[] = ['precondition-malformed', 'stale'];

/** Every code a route can answer with: its own, and what its kind brings along. Sorted. */
export function problemsOf(route: Route): ProblemCode[] {
  const { access } = route;
  const hasText = route.params ?? route.query ?? route.headers ?? route.body;
  const codes = new Set<ProblemCode>([
    ...ANY_ROUTE,
    ...route.problems,
    ...(access.public ? [] : WITH_LOGIN),
    ...(access.public && access.capability ? WITH_CAPABILITY : []),
    ...(!access.public && access.project ? (['not-found'] as const) : []),
    ...(hasText ? (['text-not-storable'] as const) : []),
    ...(route.body && !route.form ? WITH_BODY : []),
    ...((route.upload ?? route.form) ? WITH_UPLOAD : []),
    ...(route.idempotent ? WITH_KEY : []),
    ...(route.ifMatch ? WITH_IF_MATCH : []),
    ...(route.raw ? [] : (['timeout'] as const)),
  ]);
  return [...codes].sort();
}
