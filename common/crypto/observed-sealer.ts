import type { Metrics } from '../metrics';
import { MissingKeyError } from './keyring';
import type { Sealer } from './sealer';

/** Counts what does not open: a key that is missing from the keyring, or bytes that were altered or belong elsewhere. */
export function observedSealer(sealer: Sealer, { vaultFailures }: Pick<Metrics, 'vaultFailures'>): Sealer {
  const counted =
    <Args extends unknown[], Result>(open: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return open(...args);
      } catch (error) {
        vaultFailures.inc({ reason: error instanceof MissingKeyError ? 'missing-key' : 'unreadable' });
        throw error;
      }
    };
  return {
    ...sealer,
    unwrap: counted(sealer.unwrap),
    decryptText: counted(sealer.decryptText),
    decryptBytes: counted(sealer.decryptBytes),
    unseal: counted(sealer.unseal),
  };
}
