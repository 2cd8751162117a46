import { pinyin } from 'pinyin-pro';

const HAN = /\p{Script=Han}/u;

/**
 * First letters of a Chinese name as people type them: `张伟` → `ZW`, `单雄信` → `SXX`, for a surname is read as one.
 * @returns null for a name without Chinese characters.
 */
export function initialsOf(name: string): string | null {
  const han = [...name].filter((character) => HAN.test(character)).join('');
  if (han === '') return null;
  const letters = pinyin(han, { pattern: 'first', toneType: 'none', type: 'array', surname: 'head' });
  const typed = letters.join('').toUpperCase();
  return /^[A-Z]+$/.test(typed) ? typed : null;
}
