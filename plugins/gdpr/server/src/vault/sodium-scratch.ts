import { sodium } from './sodium';

const SCRATCH_BYTES = 16_384;

/** The part of libsodium's compiled module that its JavaScript wrapper builds on. */
interface SodiumModule {
  /** Another object after the memory has grown: read it anew before each use. */
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _crypto_aead_xchacha20poly1305_ietf_decrypt(
    message: number,
    messageLength: number,
    secretNonce: number,
    sealed: number,
    sealedLength: number,
    sealedLengthHigh: number,
    aad: number,
    aadLength: number,
    aadLengthHigh: number,
    nonce: number,
    key: number,
  ): number;
  _crypto_aead_xchacha20poly1305_ietf_encrypt(
    sealed: number,
    sealedLength: number,
    message: number,
    messageLength: number,
    messageLengthHigh: number,
    aad: number,
    aadLength: number,
    aadLengthHigh: number,
    secretNonce: number,
    nonce: number,
    key: number,
  ): number;
  _crypto_generichash(
    hash: number,
    hashLength: number,
    message: number,
    messageLength: number,
    messageLengthHigh: number,
    key: number,
    keyLength: number,
  ): number;
}

export interface Scratch {
  holds(bytes: number): boolean;
  view(): { readonly memory: Uint8Array; readonly at: number };
  /** Decrypts in place; all arguments are addresses and lengths. @returns whether it failed to authenticate */
  decrypt(
    sealed: number,
    sealedLength: number,
    aad: number,
    aadLength: number,
    nonce: number,
    key: number,
  ): boolean;
  /** Encrypts in place, the tag behind the text. @returns whether it failed */
  encrypt(
    text: number,
    textLength: number,
    aad: number,
    aadLength: number,
    nonce: number,
    key: number,
  ): boolean;
  /** A view of the memory, good until the next call into libsodium. */
  bytes(start: number, end: number): Buffer;
  copy(start: number, end: number): Buffer;
  /** Writes a text in UTF-8. @returns its bytes */
  write(at: number, text: string): number;
  /** Keyed BLAKE2b; all arguments are addresses and lengths. */
  hash(
    hash: number,
    hashLength: number,
    message: number,
    messageLength: number,
    key: number,
    keyLength: number,
  ): void;
}

/** An area of libsodium's memory for one caller at a time, taken on first use: JavaScript runs one call to its end. */
export function createScratch(): Scratch {
  let address: number | null = null;
  // Writing a text through a Buffer is several times faster than a TextEncoder. Made anew when the memory has grown.
  let bytes: Buffer | null = null;
  const whole = (): Buffer => {
    const { buffer } = module().HEAPU8;
    if (bytes?.buffer !== buffer) bytes = Buffer.from(buffer);
    return bytes;
  };
  const module = (): SodiumModule => (sodium as unknown as { readonly libsodium: SodiumModule }).libsodium;
  return {
    holds: (bytes) => bytes <= SCRATCH_BYTES,
    view() {
      address ??= module()._malloc(SCRATCH_BYTES);
      return { memory: module().HEAPU8, at: address };
    },
    decrypt: (sealed, sealedLength, aad, aadLength, nonce, key) =>
      module()._crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed,
        0,
        0,
        sealed,
        sealedLength,
        0,
        aad,
        aadLength,
        0,
        nonce,
        key,
      ) !== 0,
    encrypt: (text, textLength, aad, aadLength, nonce, key) =>
      module()._crypto_aead_xchacha20poly1305_ietf_encrypt(
        text,
        0,
        text,
        textLength,
        0,
        aad,
        aadLength,
        0,
        0,
        nonce,
        key,
      ) !== 0,
    bytes: (start, end) => whole().subarray(start, end),
    copy(start, end) {
      const bytes = Buffer.allocUnsafe(end - start);
      whole().copy(bytes, 0, start, end);
      return bytes;
    },
    write: (at, text) => whole().write(text, at, (address ?? at) + SCRATCH_BYTES - at, 'utf8'),
    hash(hash, hashLength, message, messageLength, key, keyLength) {
      module()._crypto_generichash(hash, hashLength, message, messageLength, 0, key, keyLength);
    },
  };
}
