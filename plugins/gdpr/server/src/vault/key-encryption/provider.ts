/**
 * Wraps data keys under a key-encryption key that never enters the database: a local key, or a key inside an HSM or
 * a key management service.
 */
export interface KeyEncryptionProvider {
  /** Names the key that `wrapMany` uses, so that a wrong key is recognised without trying it. */
  readonly currentKeyId: string;
  /** Whether keys wrapped under this id can be unwrapped. */
  knows(keyId: string): boolean;
  /**
   * Wraps several at once, because a round trip to an HSM costs more than the wrapping.
   *
   * @returns the wrapped forms, in the same order
   */
  wrapMany(secrets: readonly PlainSecret[]): Promise<Uint8Array[]>;
  /** `null` where one does not authenticate. The caller wipes what it gets. */
  unwrapMany(wrapped: readonly WrappedSecret[]): Promise<(Uint8Array | null)[]>;
  /** Gives back what it holds outside of this process, such as a session with an HSM. */
  close?(): void;
}

export interface PlainSecret {
  readonly secret: Uint8Array;
  /** Binds the wrapped form to what it is for; unwrapping needs the same. */
  readonly context: string;
}

export interface WrappedSecret {
  readonly keyId: string;
  readonly wrapped: Uint8Array;
  readonly context: string;
}
