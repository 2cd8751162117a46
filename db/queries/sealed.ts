import type { TextRef } from '../../domain/event';
import type { JournalBatch } from '../../workflows/contracts/journal';

/**
 * The batch without any sealed text, and the texts that were in it: they go into the vault and nowhere else.
 * A batch without one (the rule) is returned as it is.
 */
export function takeSealed(batch: JournalBatch): { batch: JournalBatch; texts: Required<TextRef>[] } {
  const texts = new Map<string, Required<TextRef>>();
  const stripped = strip(batch, (text) => texts.set(text.ref, text)) as JournalBatch;
  return { batch: stripped, texts: [...texts.values()] };
}

function strip(value: unknown, found: (text: Required<TextRef>) => void): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) {
    found(value);
    return { ref: value.ref, digest: value.digest };
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => strip(item, found));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  let copy: Record<string, unknown> | null = null;
  for (const [key, member] of Object.entries(value)) {
    const next = strip(member, found);
    if (next !== member) (copy ??= { ...value })[key] = next;
  }
  return copy ?? value;
}

function isSealed(value: object): value is Required<TextRef> {
  const { ref, digest, sealed } = value as Partial<TextRef>;
  return typeof ref === 'string' && typeof digest === 'string' && typeof sealed === 'string';
}
