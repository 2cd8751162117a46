import { ApplicationFailure, type Payload, type PayloadCodec } from '@temporalio/common';
import {
  decodeFromPayloadsAtIndex,
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  encodeToPayloads,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow';
import fc from 'fast-check';
import { DecryptionError } from '../../common/crypto/aes-gcm';
import { createDataConverter, createPayloadCodec } from '../../common/crypto/codec';
import { MissingKeyError } from '../../common/crypto/keyring';
import { flipByte, keyringOf } from './keys';

const ENCRYPTED = Buffer.from('binary/encrypted');

async function encodeOne(codec: PayloadCodec, payload: Payload): Promise<Payload> {
  const [encoded] = await codec.encode([payload]);
  return encoded as Payload;
}

function plainOf(payload: Payload | undefined): unknown {
  return {
    metadata: Object.fromEntries(
      Object.entries(payload?.metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('hex')]),
    ),
    data: Buffer.from(payload?.data ?? []).toString('hex'),
  };
}

const payloads = fc.record({
  metadata: fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.uint8Array({ maxLength: 20 }), { maxKeys: 3 }),
  data: fc.uint8Array({ maxLength: 300 }),
});

describe('payload codec', () => {
  const codec = createPayloadCodec(keyringOf('k1'));
  const greeting: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"你好"') };

  it('gives back every payload, metadata included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(payloads, { maxLength: 3 }), async (originals) => {
        const decoded = await codec.decode(await codec.encode(originals));
        expect(decoded.map(plainOf)).toEqual(originals.map(plainOf));
      }),
      { numRuns: 50 },
    );
  });

  it('shows the encoding and the key id, and nothing of the content', async () => {
    const encoded = await encodeOne(codec, greeting);
    expect(plainOf(encoded)).toMatchObject({
      metadata: {
        encoding: ENCRYPTED.toString('hex'),
        'encryption-key-id': Buffer.from('k1').toString('hex'),
      },
    });
    expect(Object.keys(encoded.metadata ?? {})).toHaveLength(2);
    expect(Buffer.from(encoded.data as Uint8Array).includes('你好')).toBe(false);
    expect(Buffer.from(encoded.data as Uint8Array).includes('json/plain')).toBe(false);
  });

  it('never encrypts the same payload to the same bytes', async () => {
    const [first, second] = await codec.encode([greeting, greeting]);
    expect(first?.data).not.toEqual(second?.data);
  });

  it('still reads the format of the first release', async () => {
    const stored: Payload = {
      metadata: { encoding: ENCRYPTED, 'encryption-key-id': Buffer.from('k1') },
      data: Buffer.from(GOLDEN, 'base64'),
    };
    const [decoded] = await codec.decode([stored]);
    expect(plainOf(decoded)).toEqual(plainOf(greeting));
  });

  it('passes through what is not encrypted, the same object', async () => {
    const others: Payload[] = [greeting, { data: Buffer.from('x') }, {}, { metadata: { encoding: Buffer.alloc(0) } }];
    const decoded = await codec.decode(others);
    decoded.forEach((payload, index) => expect(payload).toBe(others[index]));
  });

  it('notices every flipped byte of the data', async () => {
    const encoded = await encodeOne(codec, greeting);
    const data = encoded.data as Uint8Array;
    for (let index = 0; index < data.length; index += 1) {
      await expect(codec.decode([{ ...encoded, data: flipByte(data, index) }])).rejects.toThrow(DecryptionError);
    }
  });

  it('notices data that was cut short or is missing', async () => {
    const encoded = await encodeOne(codec, greeting);
    for (const data of [(encoded.data as Uint8Array).subarray(0, 27), new Uint8Array(), undefined]) {
      await expect(codec.decode([{ ...encoded, data }])).rejects.toThrow(DecryptionError);
    }
  });

  it('binds the payload to its key id, even where two ids have the same key', async () => {
    const ring = keyringOf('a1', 'b1');
    const encoded = await encodeOne(createPayloadCodec(ring), greeting);
    expect(ring.get('a1')).toEqual(ring.get('b1'));
    const renamed = { ...encoded, metadata: { ...encoded.metadata, 'encryption-key-id': Buffer.from('b1') } };
    await expect(createPayloadCodec(ring).decode([renamed])).rejects.toThrow(DecryptionError);
  });

  it('refuses a key id of another shape without repeating it', async () => {
    const encoded = await encodeOne(codec, greeting);
    const strange = { ...encoded, metadata: { ...encoded.metadata, 'encryption-key-id': Buffer.from('张三 138') } };
    await expect(codec.decode([strange])).rejects.toThrow('Encrypted payload without key id or data');
  });

  it('reads what an older key wrote, and writes with the new one', async () => {
    const old = await encodeOne(codec, greeting);
    const rotated = createPayloadCodec(keyringOf('k2', 'k1'));
    const [decoded] = await rotated.decode([old]);
    expect(plainOf(decoded)).toEqual(plainOf(greeting));
    const fresh = await encodeOne(rotated, greeting);
    expect(Buffer.from(fresh.metadata?.['encryption-key-id'] ?? []).toString()).toBe('k2');
  });

  it('names the key that is missing, and nothing else', async () => {
    const encoded = await encodeOne(codec, greeting);
    const failed = createPayloadCodec(keyringOf('k2')).decode([encoded]);
    await expect(failed).rejects.toThrow(new MissingKeyError('k1', 'TEST_KEYS'));
    await expect(failed).rejects.toThrow(/^No key "k1" in the keyring$/);
  });
});

describe('data converter', () => {
  const converter = loadDataConverter(createDataConverter(keyringOf('k1')));

  it('carries values', async () => {
    const value = { text: '噪音', n: 1, none: null };
    const encoded = await encodeToPayloads(converter, value);
    expect(JSON.stringify(encoded)).not.toContain('噪音');
    await expect(decodeFromPayloadsAtIndex(converter, 0, encoded)).resolves.toEqual(value);
  });

  it('hides message, stack and details of a failure and of its causes', async () => {
    const cause = ApplicationFailure.create({ message: 'secret-cause', type: 'Inner', details: ['secret-detail'] });
    const error = ApplicationFailure.create({ message: 'secret-message', type: 'case_closed', cause });
    const failure = await encodeErrorToFailure(converter, error);
    const readable = JSON.stringify(failure, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(failure).toMatchObject({ message: 'Encoded failure', stackTrace: '' });
    expect(readable).toContain('case_closed');
    expect(readable).not.toMatch(/secret|codec\.test/);

    const back = await decodeOptionalFailureToOptionalError(converter, failure);
    expect(back).toMatchObject({ message: 'secret-message', type: 'case_closed' });
    expect(back?.cause).toMatchObject({ message: 'secret-cause', details: ['secret-detail'] });
    expect(back?.stack).toContain('codec.test');
  });

  it('keeps the message of a received error that is sent on more than once', async () => {
    const error = ApplicationFailure.create({ message: 'first' });
    const received = await decodeOptionalFailureToOptionalError(
      converter,
      await encodeErrorToFailure(converter, error),
    );
    for (let round = 0; round < 3; round += 1) {
      const again = await decodeOptionalFailureToOptionalError(
        converter,
        await encodeErrorToFailure(converter, received),
      );
      expect(again?.message).toBe('first');
    }
  });
});

/** `"你好"` as json/plain, encrypted with key k1 (32 × 0x31) by the first release. */
const GOLDEN = '56ppUUO9pa4agx3VqGgjmkvyMDQebqPCGXSnGu8em+edlTK1TiDWznaPDBomN+K52QZZS72vJmBPWEp/reI=';
