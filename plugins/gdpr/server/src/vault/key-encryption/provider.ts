/**
 * Wraps data keys under a key-encryption key that never enters the database: a local key, or a key inside an HSM or
 * a key management service.
 */
export interface KeyEncryptionProvider {
  /** Names the key new data keys are wrapped under, so that a wrong key is recognised without trying it. */
  readonly currentKeyId: string;
  /** Whether keys wrapped under this id can be unwrapped. */
  knows(keyId: string): boolean;
  /**
   * @param secret the bytes to wrap
   * @param context binds the wrapped form to what it is for; unwrapping needs the same
   */
  wrap(secret: Uint8Array, context: string): Promise<Uint8Array>;
  /** Several at once, because a round trip to an HSM costs more than the unwrapping. `null` where one does not authenticate. */
  unwrapMany(wrapped: readonly WrappedSecret[]): Promise<(Uint8Array | null)[]>;
}

export interface WrappedSecret {
  readonly keyId: string;
  readonly wrapped: Uint8Array;
  readonly context: string;
}
