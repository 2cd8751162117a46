import { stripJpeg } from './jpeg';
import { stripPng } from './png';
import { stripWebp } from './webp';

/** Kinds of photos that are taken. HEIC is not: browsers other than Safari show none, and phones convert it when asked. */
export const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PhotoType = (typeof PHOTO_TYPES)[number];

export interface Photo {
  readonly type: PhotoType;
  readonly bytes: Buffer;
}

const STRIP: Readonly<Record<PhotoType, (bytes: Buffer) => Buffer | null>> = {
  'image/jpeg': stripJpeg,
  'image/png': stripPng,
  'image/webp': stripWebp,
};

/**
 * The photo that these bytes are, by what they are and not by what they are called, without what does not belong to
 * the picture: where it was taken, when, by what and by whom. The picture itself is not made anew.
 * @returns null for everything else, and for a photo that is cut short.
 */
export function readPhoto(bytes: Buffer): Photo | null {
  for (const type of PHOTO_TYPES) {
    const stripped = STRIP[type](bytes);
    if (stripped) return { type, bytes: stripped };
  }
  return null;
}
