/** Where encrypted files are kept under names that say nothing. */
export interface FileStore {
  /** @throws StoreAwayError; nothing half written is found under the name. */
  put(name: string, bytes: Buffer): Promise<void>;
  /** Null where there is none of this name. @throws StoreAwayError */
  get(name: string): Promise<Buffer | null>;
  /** What is not there is gone already. @throws StoreAwayError */
  remove(name: string): Promise<void>;
}

/** The store can't be reached, or takes nothing. */
export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';
}
