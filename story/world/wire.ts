import type { Instant, Millis } from '../../domain/instant';

/**
 * Rewrites the timestamps, and the lengths of new timers, of a protobuf message in its encoded form. Everything else,
 * fields unknown to us included, is passed on byte by byte.
 */
export interface Timestamp {
  readonly instant: Instant;
  /** Below a millisecond: 0 to 999,999. */
  readonly nanos: number;
}

export interface Shift {
  readonly timestamp: (timestamp: Timestamp) => Timestamp;
  readonly timer: (length: Millis) => Millis;
}

/** What a field holds: a message with places of its own, or what is rewritten itself. `drop` leaves the field out. */
export type Place = Places | 'timestamp' | 'timer' | 'drop';
/** By field number. */
export type Places = ReadonlyMap<number, Place>;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const NANOS_PER_MS = 1_000_000n;
const MS_PER_SECOND = 1_000;

/** @returns the very same buffer when nothing had to be changed. */
export function rewrite(message: Buffer, places: Places, shift: Shift): Buffer {
  const parts: Buffer[] = [];
  let kept = 0;
  for (let at = 0; at < message.length;) {
    const key = readVarint(message, at);
    const end = endOfField(message, key);
    const place = places.get(Number(key.value >> 3n));
    if (place !== undefined && Number(key.value & 7n) === LENGTH_DELIMITED) {
      const length = readVarint(message, key.end);
      const body = message.subarray(length.end, end);
      const changed = changedField(body, place, shift);
      if (changed !== body) {
        parts.push(message.subarray(kept, at));
        if (changed) parts.push(writeVarint(key.value), writeVarint(BigInt(changed.length)), changed);
        kept = end;
      }
    }
    at = end;
  }
  return parts.length === 0 ? message : Buffer.concat([...parts, message.subarray(kept)]);
}

function changedField(body: Buffer, place: Place, shift: Shift): Buffer | null {
  if (place === 'drop') return null;
  if (typeof place !== 'string') return rewrite(body, place, shift);
  const before = readSeconds(body);
  // A timestamp without seconds and nanoseconds stands for none.
  if (before.instant === 0 && before.nanos === 0) return body;
  const after = place === 'timestamp' ? shift.timestamp(before) : { ...before, instant: shift.timer(before.instant) };
  return after.instant === before.instant && after.nanos === before.nanos ? body : writeSeconds(after);
}

/** google.protobuf.Timestamp and Duration: seconds = 1, nanos = 2. */
function readSeconds(body: Buffer): Timestamp {
  let seconds = 0n;
  let nanos = 0n;
  for (let at = 0; at < body.length;) {
    const key = readVarint(body, at);
    const value = readVarint(body, key.end);
    if (key.value === 8n) seconds = BigInt.asIntN(64, value.value);
    else nanos = value.value;
    at = value.end;
  }
  return {
    instant: Number(seconds) * MS_PER_SECOND + Number(nanos / NANOS_PER_MS),
    nanos: Number(nanos % NANOS_PER_MS),
  };
}

function writeSeconds(after: Timestamp): Buffer {
  const rest = ((after.instant % MS_PER_SECOND) + MS_PER_SECOND) % MS_PER_SECOND;
  const whole = BigInt((after.instant - rest) / MS_PER_SECOND);
  const fraction = BigInt(rest) * NANOS_PER_MS + BigInt(after.nanos);
  return Buffer.concat([
    Buffer.from([8]),
    writeVarint(BigInt.asUintN(64, whole)),
    ...(fraction === 0n ? [] : [Buffer.from([16]), writeVarint(fraction)]),
  ]);
}

interface Varint {
  readonly value: bigint;
  readonly end: number;
}

function readVarint(bytes: Buffer, from: number): Varint {
  let value = 0n;
  let at = from;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined || shift > 63n) throw new RangeError('not a protobuf message');
    at += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at };
  }
}

function writeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? byte : byte | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

function endOfField(message: Buffer, key: Varint): number {
  const end = lengthOf(message, key);
  if (end > message.length) throw new RangeError('not a protobuf message');
  return end;
}

function lengthOf(message: Buffer, key: Varint): number {
  switch (Number(key.value & 7n)) {
    case VARINT:
      return readVarint(message, key.end).end;
    case FIXED64:
      return key.end + 8;
    case FIXED32:
      return key.end + 4;
    case LENGTH_DELIMITED: {
      const length = readVarint(message, key.end);
      return length.end + Number(length.value);
    }
    default:
      throw new RangeError('not a protobuf message');
  }
}
