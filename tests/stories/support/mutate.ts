import type { Check, Matcher } from '../../../story/check/matcher';

/** The same check with one of its expected instants moved; `path` says which. */
export interface Mutation {
  readonly path: string;
  readonly check: Check;
}

/** Every expected instant of a check, each moved by this many milliseconds. */
export function mutations(check: Check, by: number): Mutation[] {
  return places(check, '').map(({ path, index }) => ({ path, check: shifted(check, index, by) }));
}

function isInstant(value: unknown): value is Extract<Matcher, { instant: number }> {
  return typeof value === 'object' && value !== null && 'is' in value && 'instant' in value;
}

function places(
  value: unknown,
  path: string,
  found: { path: string; index: number }[] = [],
): { path: string; index: number }[] {
  if (isInstant(value)) found.push({ path, index: found.length });
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) places(inner, `${path}/${name}`, found);
  }
  return found;
}

function shifted<T>(value: T, wanted: number, by: number): T {
  let index = 0;
  const walk = (inner: unknown): unknown => {
    if (isInstant(inner)) {
      index += 1;
      return index - 1 === wanted ? { ...inner, instant: inner.instant + by } : inner;
    }
    if (Array.isArray(inner)) return inner.map(walk);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, member]) => [name, walk(member)]));
  };
  return walk(value) as T;
}
