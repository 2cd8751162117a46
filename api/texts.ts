import type { TextRef } from '../domain/event';
import { PlainText } from './schemas/text';

/** The same shape with every PlainText replaced by its reference. */
export type WithRefs<T> = T extends PlainText
  ? TextRef
  : T extends readonly (infer Item)[]
    ? WithRefs<Item>[]
    : T extends object
      ? { [K in keyof T]: WithRefs<T[K]> }
      : T;

/** Puts texts of one case into the vault; where the database is away the references carry them sealed. */
export type StoreTexts = (caseNo: string, plain: readonly string[]) => Promise<TextRef[]>;

/** Stores all texts in a parsed body at once and returns the body as workflows see it. */
export async function withRefs<T>(body: T, caseNo: string, store: StoreTexts): Promise<WithRefs<T>> {
  const found: PlainText[] = [];
  collect(body, found);
  const refs =
    found.length === 0
      ? []
      : await store(
          caseNo,
          found.map(({ value }) => value),
        );
  const byText = new Map(found.map((text, index) => [text, refs[index]]));
  return replace(body, byText) as WithRefs<T>;
}

/** For dry runs: the same shape, nothing stored. */
export function withoutStoring<T>(body: T): WithRefs<T> {
  const found: PlainText[] = [];
  collect(body, found);
  return replace(body, new Map(found.map((text) => [text, { ref: 'dry-run', digest: '' }]))) as WithRefs<T>;
}

function collect(value: unknown, found: PlainText[]): void {
  if (value instanceof PlainText) found.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, found);
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) collect(item, found);
}

function replace(value: unknown, refs: ReadonlyMap<PlainText, TextRef | undefined>): unknown {
  if (value instanceof PlainText) return refs.get(value);
  if (Array.isArray(value)) return value.map((item) => replace(item, refs));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, refs)]));
}
