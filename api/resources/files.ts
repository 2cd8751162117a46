import { createHash } from 'node:crypto';
import { readPhoto, type Photo } from '../../common/image';
import { countLoose, findFiles, insertFile, markNamed, type FoundFile, type StoredFile } from '../../db/queries/files';
import { isoOf } from '../../domain/instant';
import { admit } from '../cases/admit';
import { findAnywhere } from '../cases/find';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import { makeOnce } from './once';

/** Files of one person that no command has named: nobody fills the disk with what belongs to nothing. */
const MAX_LOOSE = 100;

interface Sending {
  readonly principal: Principal;
  readonly now: number;
  readonly idempotency: Idempotency | null;
}

/**
 * Keeps a photo, encrypted under a data key of its own.
 * @returns it, of now or of the first time that it came with this idempotency key.
 * @throws Problem not-a-photo, too-many-files, file-store-away, idempotency-mismatch
 */
export async function keepFile(deps: ApiDeps, by: Sending, project: string, sent: Buffer): Promise<StoredFile> {
  const { principal, now } = by;
  const photo = readPhoto(sent);
  if (!photo) throw problem('not-a-photo');
  if ((await countLoose(deps.database.db, principal.id)) >= MAX_LOOSE) {
    throw problem('too-many-files', { limit: MAX_LOOSE });
  }
  const { storeKey, wrapped } = await putSealed(deps, photo);
  const about = { project, caseNo: null, by: principal.id, storeKey, createdAt: now };
  const { type, bytes } = photo;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const details = { type, size: bytes.length };
  let isNew = false;
  try {
    const making = { ...by, kind: 'file', letter: 'f', project, details } as const;
    const id = await makeOnce(deps, making, async (trx, made) => {
      await insertFile(trx, { id: made, type, size: bytes.length, sha256, ...about }, wrapped);
      isNew = true;
    });
    const [file] = await findFiles(deps.database.db, [id]);
    if (!file) throw problem('not-found');
    return file;
  } finally {
    // What nothing points to: its key is in no row, so it can't be opened either.
    if (!isNew) await deps.files.remove(storeKey).catch(() => undefined);
  }
}

async function putSealed(deps: ApiDeps, { bytes }: Photo): Promise<{ storeKey: string; wrapped: string }> {
  const storeKey = deps.ids.uuid();
  const { plain, wrapped } = deps.sealer.newDataKey();
  await deps.files.put(storeKey, deps.sealer.encryptBytes(plain, bytes, placeOf(storeKey)));
  return { storeKey, wrapped };
}

/**
 * A file that the caller may see: one of his own, or one of a case that he may see.
 * @throws Problem not-found
 */
export async function visibleFile(deps: ApiDeps, principal: Principal, id: string): Promise<FoundFile> {
  const [file] = await findFiles(deps.database.db, [id]);
  if (!file) throw problem('not-found');
  requireProject(principal, file.project);
  if (file.caseNo !== null) await admit(deps, principal, await findAnywhere(deps, file.caseNo));
  else if (file.by !== principal.id) throw problem('not-found');
  return file;
}

/** @throws Problem not-found for one that was erased or that the store has lost; file-store-away */
export async function openFile(deps: ApiDeps, { storeKey, wrapped }: FoundFile): Promise<Buffer> {
  const sealed = wrapped === null ? null : await deps.files.get(storeKey);
  if (wrapped === null || sealed === null) throw problem('not-found');
  return deps.sealer.decryptBytes(deps.sealer.unwrap(wrapped), sealed, placeOf(storeKey));
}

/**
 * Before a command that names files: each is the caller's own and in no case yet, or is in this case already. They are
 * not purged from now on; the journal makes them part of the case with the event that names them.
 * @throws Problem file-unknown
 */
export async function requireFiles(
  deps: Pick<ApiDeps, 'database'>,
  named: {
    readonly ids: readonly string[];
    readonly project: string;
    readonly caseNo: string;
    readonly principal: Principal;
    readonly now: number;
  },
): Promise<void> {
  await markNamed(deps.database.db, named.ids, named.now);
  const found = await findFiles(deps.database.db, named.ids);
  for (const id of named.ids) {
    const file = found.find((each) => each.id === id);
    const isLoose = file?.caseNo === null && file.by === named.principal.id;
    const isRight = file?.project === named.project && file.wrapped !== null;
    if (!isRight || !(isLoose || file.caseNo === named.caseNo)) throw problem('file-unknown', { file: id });
  }
}

export function fileView({ id, project, caseNo, type, size, sha256, createdAt }: StoredFile) {
  return { id, project, case: caseNo, type, size, sha256, createdAt: isoOf(createdAt) };
}

/** What the bytes are bound to: they open under this name alone. */
const placeOf = (storeKey: string): string => `file/${storeKey}`;
