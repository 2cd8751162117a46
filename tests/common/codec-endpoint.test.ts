import { createPayloadCodec } from '../../common/crypto/codec';
import {
  decodeRemote,
  encodeRemote,
  REMOTE_CODEC_LIMITS,
  RemoteCodecError,
  type RemotePayloads,
} from '../../common/crypto/codec-endpoint';
import { flipByte, keyringOf } from './keys';

const codec = createPayloadCodec(keyringOf('k1'));
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain: RemotePayloads = {
  payloads: [
    { metadata: { encoding: base64('json/plain') }, data: base64('"你好"') },
    { metadata: { encoding: base64('binary/null') }, data: '' },
  ],
};

async function refusal(body: unknown): Promise<Pick<RemoteCodecError, 'status' | 'code' | 'message'>> {
  const error: unknown = await decodeRemote(body, codec).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RemoteCodecError);
  const { status, code, message } = error as RemoteCodecError;
  return { status, code, message };
}

describe('remote codec', () => {
  it('decodes what it encoded', async () => {
    const encoded = await encodeRemote(plain, codec);
    expect(encoded.payloads.map((payload) => payload.metadata?.encoding)).toEqual(
      Array.from({ length: 2 }, () => base64('binary/encrypted')),
    );
    expect(await decodeRemote(JSON.parse(JSON.stringify(encoded)), codec)).toEqual(plain);
  });

  it('passes through what is not encrypted, and reads both base64 alphabets with and without padding', async () => {
    expect(await decodeRemote({ payloads: [] }, codec)).toEqual({ payloads: [] });
    expect(await decodeRemote({ payloads: [{}] }, codec)).toEqual({ payloads: [{ metadata: {}, data: '' }] });
    expect(await decodeRemote({ payloads: [{ data: '_-8' }] }, codec)).toEqual({
      payloads: [{ metadata: {}, data: '/+8=' }],
    });
  });

  it.each([
    ['no body', undefined],
    ['null', null],
    ['array', []],
    ['string', 'payloads'],
    ['payloads is no array', { payloads: {} }],
    ['unknown member', { payloads: [], extra: 1 }],
    ['payload is null', { payloads: [null] }],
    ['unknown member of a payload', { payloads: [{ data: '', other: '' }] }],
    ['data is a number', { payloads: [{ data: 5 }] }],
    ['data is not base64', { payloads: [{ data: '张三' }] }],
    ['data of an impossible length', { payloads: [{ data: 'abcde' }] }],
    ['padding inside', { payloads: [{ data: 'ab==cd' }] }],
    ['metadata is an array', { payloads: [{ metadata: [] }] }],
    ['metadata value is an object', { payloads: [{ metadata: { encoding: {} } }] }],
    ['metadata key __proto__', JSON.parse('{"payloads":[{"metadata":{"__proto__":"YQ=="}}]}')],
    ['body key __proto__', JSON.parse('{"payloads":[],"__proto__":{"a":1}}')],
  ])('refuses a body that is wrong: %s', async (_, body) => {
    const { status, code, message } = await refusal(body);
    expect({ status, code }).toEqual({ status: 400, code: 'codec_body_invalid' });
    expect(message).not.toContain('张三');
  });

  it.each([
    ['too many payloads', { payloads: Array.from({ length: REMOTE_CODEC_LIMITS.payloads + 1 }, () => ({})) }],
    ['a payload too large', { payloads: [{ data: 'A'.repeat(REMOTE_CODEC_LIMITS.payloadBytes * 2) }] }],
    ['metadata too large', { payloads: [{ metadata: { encoding: 'A'.repeat(8192) } }] }],
    [
      'too much metadata',
      { payloads: [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (__, i) => [`k${i}`, ''])) }] },
    ],
  ])('refuses %s', async (_, body) => {
    expect(await refusal(body)).toMatchObject({ status: 413, code: 'codec_too_large' });
  });

  it('takes the largest payload that Temporal stores', async () => {
    const data = Buffer.alloc(2 * 1024 * 1024, 1).toString('base64');
    const encoded = await encodeRemote({ payloads: [{ data }] }, codec);
    expect((await decodeRemote(encoded, codec)).payloads[0]?.data).toBe(data);
  });

  it('says which key is missing', async () => {
    const encoded = await encodeRemote(plain, createPayloadCodec(keyringOf('k0')));
    expect(await refusal(encoded)).toEqual({
      status: 422,
      code: 'codec_key_missing',
      message: 'No key "k0" in the keyring',
    });
  });

  it('says that a payload was altered', async () => {
    const encoded = await encodeRemote(plain, codec);
    const [first] = encoded.payloads;
    const data = flipByte(Buffer.from(first?.data ?? '', 'base64'), 20).toString('base64');
    expect(await refusal({ payloads: [{ ...first, data }] })).toMatchObject({ status: 422, code: 'codec_undecodable' });
  });
});
