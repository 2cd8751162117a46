import type { Refusal } from '../domain/family';
import { MissingKeyError } from '../common/crypto/keyring';
import { Problem, problem } from './http/problem';
import { isProblemCode } from './http/problem-codes';

/** A refusal of the domain as an HTTP problem of the same code, with the same arguments. */
export function problemOf(refusal: Refusal): Problem {
  const code = refusal.refused;
  if (!isProblemCode(code)) throw new Error(`refusal without a problem: ${code}`);
  return new Problem(code, { args: refusal.args });
}

/** What could not be opened, as a refusal that names the key; null for every other error. */
export function keyMissing(error: unknown): Problem | null {
  if (!(error instanceof MissingKeyError)) return null;
  const { keyId, variable } = error;
  return problem('key-missing', { key: keyId, variable }, { cause: error });
}
