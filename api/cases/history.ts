import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Problem } from '../http/problem';
import { MissingKeyError } from '../../common/crypto/keyring';
import { DecryptionError } from '../../common/crypto/aes-gcm';

const { EventType } = temporal.api.enums.v1;
const PREFIX = 'EVENT_TYPE_';

export interface HistoryEvent {
  readonly id: number;
  readonly type: string;
  readonly at: string | null;
  readonly attributes: Record<string, unknown>;
}

/** Temporal's own events of one run, payloads decoded. Texts stay references: histories never hold them. */
export async function decodedHistory(
  history: temporal.api.history.v1.IHistory,
  codec: PayloadCodec,
): Promise<HistoryEvent[]> {
  return Promise.all((history.events ?? []).map((event) => decodedEvent(event, codec)));
}

async function decodedEvent(event: temporal.api.history.v1.IHistoryEvent, codec: PayloadCodec): Promise<HistoryEvent> {
  const attributes = Object.entries(event).find(([name, value]) => name.endsWith('EventAttributes') && value);
  return {
    id: Number(event.eventId ?? 0),
    type: EventType[event.eventType ?? 0]?.replace(PREFIX, '').toLowerCase().replaceAll('_', '-') ?? 'unknown',
    at: timestamp(event.eventTime),
    attributes: (await plain(attributes?.[1] ?? {}, codec)) as Record<string, unknown>,
  };
}

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && (value as Payload).data instanceof Uint8Array;
}

function isLong(value: object): value is { toNumber(): number } {
  return typeof (value as { toNumber?: unknown }).toNumber === 'function';
}

async function plain(value: unknown, codec: PayloadCodec): Promise<unknown> {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return Promise.all(value.map((item) => plain(item, codec)));
  if (typeof value !== 'object') return value;
  if (isLong(value)) return value.toNumber();
  if (isPayload(value)) return decoded(value, codec);
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(await Promise.all(entries.map(async ([name, item]) => [name, await plain(item, codec)])));
}

async function decoded(payload: Payload, codec: PayloadCodec): Promise<unknown> {
  try {
    const [clear] = await codec.decode([payload]);
    return JSON.parse(Buffer.from(clear?.data ?? new Uint8Array()).toString('utf8') || 'null') as unknown;
  } catch (error) {
    // One payload under a lost key doesn't hide the rest of the history.
    if (error instanceof MissingKeyError || error instanceof DecryptionError) return { undecodable: error.message };
    if (error instanceof SyntaxError) return { undecodable: 'not JSON' };
    throw error instanceof Error ? error : new Problem('internal-error');
  }
}

function timestamp(time: temporal.api.history.v1.IHistoryEvent['eventTime']): string | null {
  if (!time) return null;
  const milliseconds = Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
  return new Date(milliseconds).toISOString();
}
