// The checksum of a record batch: CRC-32C (Castagnoli), reflected, as in RFC 3720, B.4. Eight bytes a step by tables
// ("slicing-by-8"), four times as fast as one by one: kafkajs's own was a third of what a large append costs.

const POLYNOMIAL = 0x82f63b78;

/** At 256 k + n: what remains of byte n followed by k zero bytes. */
const TABLE = tableOf(8);

function tableOf(slices: number): Int32Array {
  const table = new Int32Array(256 * slices);
  for (let n = 0; n < 256; n++) {
    let remainder = n;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
    table[n] = remainder;
  }
  for (let at = 256; at < table.length; at++) {
    const remainder = table[at - 256] ?? 0;
    table[at] = (remainder >>> 8) ^ (table[remainder & 255] ?? 0);
  }
  return table;
}

/** An unsigned 32-bit number. `before` is the checksum of the bytes before these. */
export function crc32c(bytes: Buffer, before = 0): number {
  let crc = ~before;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const low = crc ^ bytes.readInt32LE(at);
    const high = bytes.readInt32LE(at + 4);
    crc =
      slice(7, low) ^
      slice(6, low >>> 8) ^
      slice(5, low >>> 16) ^
      slice(4, low >>> 24) ^
      slice(3, high) ^
      slice(2, high >>> 8) ^
      slice(1, high >>> 16) ^
      slice(0, high >>> 24);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ slice(0, crc ^ (bytes[at] ?? 0));
  return ~crc >>> 0;
}

function slice(zeros: number, byte: number): number {
  return TABLE[zeros * 256 + (byte & 255)] ?? 0;
}
