/**
 * Rewrites the timestamps of a protobuf message in its encoded form. Everything else, fields unknown to us included,
 * is passed on byte by byte.
 */
export interface Timestamp {
  /** Milliseconds since the epoch. */
  readonly instant: number;
  /** Below a millisecond: 0 to 999,999. */
  readonly nanos: number;
}

export type Shift = (timestamp: Timestamp) => Timestamp;

/** Which fields of a message hold timestamps, by field number; `drop` leaves a field out. */
export type Places = ReadonlyMap<number, Places | 'timestamp' | 'drop'>;

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
      const changed = place === 'drop' ? null : place === 'timestamp' ? shiftTimestamp(body, shift) : rewrite(body, place, shift);
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

/** google.protobuf.Timestamp: seconds = 1, nanos = 2. One without both stands for none. */
function shiftTimestamp(body: Buffer, shift: Shift): Buffer {
  let seconds = 0n;
  let nanos = 0n;
  for (let at = 0; at < body.length;) {
    const key = readVarint(body, at);
    const value = readVarint(body, key.end);
    if (key.value === 8n) seconds = BigInt.asIntN(64, value.value);
    else nanos = value.value;
    at = value.end;
  }
  if (seconds === 0n && nanos === 0n) return body;
  const before = { instant: Number(seconds) * MS_PER_SECOND + Number(nanos / NANOS_PER_MS), nanos: Number(nanos % NANOS_PER_MS) };
  const after = shift(before);
  if (after.instant === before.instant && after.nanos === before.nanos) return body;
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
