import type { Refusal } from '../domain/family';
import { Problem } from './http/problem';
import { isProblemCode } from './http/problem-codes';

/** A refusal of the domain as an HTTP problem of the same code, with the same arguments. */
export function problemOf(refusal: Refusal): Problem {
  const code = refusal.refused;
  if (!isProblemCode(code)) throw new Error(`refusal without a problem: ${code}`);
  return new Problem(code, { args: refusal.args });
}
