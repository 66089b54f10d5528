import { sodium } from './sodium';
import { createScratch } from './sodium-scratch';

const scratch = createScratch();

/**
 * Keyed BLAKE2b (RFC 7693) of a text in UTF-8 or of bytes. A new record needs some twenty of these, so that small
 * inputs go through libsodium's memory directly, laid out as hash │ key │ message, which is wiped afterwards.
 *
 * @param length bytes of the hash, 16 to 64
 */
export function keyedHash(length: number, message: string | Uint8Array, key: Uint8Array): Buffer {
  const bytes = typeof message === 'string' ? Buffer.from(message, 'utf8') : message;
  const end = length + key.length + bytes.length;
  if (!scratch.holds(end)) return Buffer.from(sodium.crypto_generichash(length, bytes, key));
  const { memory, at } = scratch.view();
  const text = at + length + key.length;
  memory.set(key, at + length);
  memory.set(bytes, text);
  scratch.hash(at, length, text, bytes.length, at + length, key.length);
  const hash = scratch.copy(at, at + length);
  memory.fill(0, at, at + end);
  return hash;
}
