import type { TextRef } from '../../domain/event';
import type { JournalBatch } from '../../workflows/contracts/journal';

/**
 * The batch without any sealed text, and the texts that were in it: they go into the vault and nowhere else.
 * A batch without one (the rule) is returned as it is.
 */
export function takeSealed(batch: JournalBatch): { batch: JournalBatch; texts: Required<TextRef>[] } {
  if (!holdsSealed(batch)) return { batch, texts: [] };
  const texts = new Map<string, Required<TextRef>>();
  const stripped = strip(batch, (text) => texts.set(text.ref, text)) as JournalBatch;
  return { batch: stripped, texts: [...texts.values()] };
}

function holdsSealed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isSealed(value)) return true;
  for (const key in value) if (holdsSealed((value as Record<string, unknown>)[key])) return true;
  return false;
}

function strip(value: unknown, found: (text: Required<TextRef>) => void): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) {
    found(value);
    return { ref: value.ref, digest: value.digest };
  }
  if (Array.isArray(value)) return value.map((item) => strip(item, found));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, strip(member, found)]));
}

function isSealed(value: object): value is Required<TextRef> {
  const { ref, digest, sealed } = value as Partial<TextRef>;
  return typeof ref === 'string' && typeof digest === 'string' && typeof sealed === 'string';
}
