/**
 * An authenticated cipher that seals records. Each suite has a number that travels in the envelope, so that records
 * of several suites live side by side.
 */
export interface Suite {
  /** The byte in the envelope. Never reuse a number. */
  readonly id: number;
  readonly name: string;
  /** Bytes of a nonce; drawn at random for each record. */
  readonly nonceBytes: number;
  readonly tagBytes: 16;
  /** @returns ciphertext followed by the tag */
  seal(key: SuiteKey, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array;
  /**
   * @param sealed ciphertext followed by the tag
   * @param read is given the plaintext, which is wiped as soon as it returns; it keeps none of the bytes
   * @returns what `read` made of it, or `null` when it does not authenticate
   */
  open<T>(
    key: SuiteKey,
    nonce: Uint8Array,
    sealed: Uint8Array,
    aad: Uint8Array,
    read: (plaintext: Buffer) => T,
  ): T | null;
  /** Prepares 32 bytes for repeated use; `wipe` overwrites whatever it kept. */
  key(bytes: Uint8Array): SuiteKey;
}

/** A key prepared for one suite. Only the suite that made it looks inside. */
export interface SuiteKey {
  readonly suite: number;
  wipe(): void;
}
