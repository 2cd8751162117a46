import { createDataConverter } from '../../../common/crypto/codec';
import { keyringOf } from '../../common/keys';

/** Encrypts with a fixed key, so that recorded histories can be read for ever. */
export const dataConverter = createDataConverter(keyringOf('k1'));
