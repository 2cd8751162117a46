import { type DataConverter, METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { DecryptionError, decryptBytes, encryptBytes } from './aes-gcm';
import { isKeyId, type Keyring } from './keyring';

const ENCODING = 'binary/encrypted';
const KEY_ID_KEY = 'encryption-key-id';
const ENCODING_BYTES = Buffer.from(ENCODING);
const PayloadProto = temporal.api.common.v1.Payload;

/** Absolute path of the failure converter, for `bundleWorkflowCode`, which takes paths only. */
export const failureConverterPath = require.resolve('./failure-converter');

/** Binds a payload to its key id, and keeps it apart from everything else encrypted with AES-GCM here. */
function associatedData(keyId: string): string {
  return `guanjia/payload/v1:${keyId}`;
}

function metadataText(payload: Payload, key: string): string {
  const value = payload.metadata?.[key];
  return value ? Buffer.from(value).toString('utf8') : '';
}

/**
 * Encrypts whole Temporal payloads (metadata and data, as one serialized Payload message) with AES-256-GCM.
 *
 * Encoded payload: metadata `encoding` = `binary/encrypted` and `encryption-key-id` = key id; data = iv | ciphertext |
 * tag. What isn't encrypted passes through `decode` unchanged.
 *
 * `decode` rejects with MissingKeyError (names the key id, nothing else) or DecryptionError. Both are plain errors, not
 * failures: a workflow task that meets one waits and goes on when the key is back, it does not fail the case.
 */
export function createPayloadCodec(keyring: Keyring): PayloadCodec {
  const { id: activeId, key: activeKey } = keyring.active;
  const activeIdBytes = Buffer.from(activeId);
  const activeData = associatedData(activeId);

  const encrypt = (payload: Payload): Payload => ({
    metadata: { [METADATA_ENCODING_KEY]: ENCODING_BYTES, [KEY_ID_KEY]: activeIdBytes },
    data: encryptBytes(activeKey, PayloadProto.encode(payload).finish(), activeData),
  });

  const decrypt = (payload: Payload): Payload => {
    if (metadataText(payload, METADATA_ENCODING_KEY) !== ENCODING) return payload;
    const keyId = metadataText(payload, KEY_ID_KEY);
    if (!isKeyId(keyId) || !payload.data) throw new DecryptionError('Encrypted payload without key id or data');
    return PayloadProto.decode(decryptBytes(keyring.require(keyId), payload.data, associatedData(keyId)));
  };

  // Async so that a thrown error becomes a rejection, as the interface promises.
  const each = async (payloads: Payload[], convert: (payload: Payload) => Payload): Promise<Payload[]> =>
    Promise.resolve(payloads.map(convert));

  return {
    encode: (payloads) => each(payloads, encrypt),
    decode: (payloads) => each(payloads, decrypt),
  };
}

/** The one data converter of clients, workers, replay and the codec endpoint: payloads and failures encrypted. */
export function createDataConverter(keyring: Keyring): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keyring)], failureConverterPath };
}
