import { z } from 'zod';
import { REMOTE_CODEC_LIMITS } from '../../common/crypto/codec-endpoint';

const base64 = (bytes: number) => z.string().max(Math.ceil(bytes / 3) * 4);

/** Temporal's remote codec protocol: both requests and both answers. */
export const remotePayloads = z
  .strictObject({
    payloads: z
      .array(
        z
          .strictObject({
            metadata: z.record(z.string().max(64), base64(REMOTE_CODEC_LIMITS.metadataBytes)).optional(),
            data: base64(REMOTE_CODEC_LIMITS.payloadBytes).optional(),
          })
          .meta({ id: 'RemotePayload' }),
      )
      .max(REMOTE_CODEC_LIMITS.payloads),
  })
  .meta({ id: 'RemotePayloads', description: 'Bytes are base64' });

export const codecLogin = z
  .strictObject({ key: z.string().min(1).max(200).meta({ description: 'gj_…' }) })
  .meta({ id: 'CodecLogin' });
