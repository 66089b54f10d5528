const BUCKET = 16;

/**
 * Pads to the next multiple of 16 bytes by ISO/IEC 7816-4 (0x80, then zeros), so that the stored length does not
 * tell a four-letter name from a nine-letter one.
 */
export function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(bytes.length / BUCKET) + 1) * BUCKET);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  return padded;
}

/** @returns the bytes before the padding, or `null` when there is none: only possible when the sealer was not ours */
export function unpad(padded: Buffer): Buffer | null {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  return end >= 0 && padded[end] === 0x80 ? padded.subarray(0, end) : null;
}
