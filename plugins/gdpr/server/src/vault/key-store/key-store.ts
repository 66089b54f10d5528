/** A data key as it is stored. */
export interface StoredKey {
  /** 32 bytes; commits to the key (data-key.ts). */
  readonly id: Buffer;
  /** `documentId` of the data subject; `null` for the key of a record that belongs to nobody. */
  readonly subject: string | null;
  /** The key-encryption key it is wrapped under. */
  readonly kek_id: string;
  /** `null` once destroyed: the row stays, so that "destroyed" can be told from "lost". */
  readonly wrapped: Buffer | null;
}

export interface StoredSystemKey {
  readonly name: string;
  readonly kek_id: string;
  readonly wrapped: Buffer;
}

/** A whole row, as it moves from one store to another. */
export interface KeyRow extends StoredKey {
  readonly created_at: number;
  readonly destroyed_at: number | null;
}

export interface SystemKeyRow extends StoredSystemKey {
  readonly created_at: number;
}

/** How many keys one key-encryption key wraps. */
export interface KekTally {
  readonly kekId: string;
  readonly dataKeys: number;
  readonly systemKeys: number;
}

/**
 * Where wrapped keys are kept. In the main database every call joins the transaction that is running; in a store of
 * its own each commits by itself, so that a key is there before the first record under it, and gone before the rows are.
 */
export interface KeyStore {
  /** For people: where it is. Never a password. */
  readonly description: string;
  /** Whether no key is in the main database. */
  readonly isSeparate: boolean;

  /** @param ids each once, in ascending order of their bytes; those that are not there are absent from the result */
  find(ids: readonly Buffer[]): Promise<readonly StoredKey[]>;
  /**
   * The newest key of a data subject that is not destroyed. Until the current transaction ends, it is not destroyed by
   * a rotation either: what is being sealed under it stays readable.
   */
  activeOf(subject: string): Promise<StoredKey | null>;
  /** All keys of a data subject that are not destroyed, the newest first. */
  keysOf(subject: string): Promise<readonly KeyRow[]>;
  /** {@link activeOf} for many; the newest key of a subject comes last. */
  activeOfMany(subjects: readonly string[]): Promise<readonly StoredKey[]>;
  insert(row: KeyRow): Promise<void>;
  insertMany(rows: readonly KeyRow[]): Promise<void>;
  /** All keys, those destroyed among them, in the order of their ids. */
  page(after: Buffer | null, limit: number): Promise<readonly KeyRow[]>;
  /** Removes the rows of keys that belong to nobody, without a trace. */
  forgetOwn(ids: readonly Buffer[]): Promise<void>;
  /** Takes over rows of another store. A key that is here already stays as it is, unless it was destroyed there. */
  adopt(rows: readonly KeyRow[]): Promise<void>;
  destroy(ids: readonly Buffer[]): Promise<void>;
  /** Destroys all keys of a data subject. @returns their ids */
  destroyOf(subject: string): Promise<readonly Buffer[]>;
  /** Within the current transaction: waits for whoever seals under a key of this data subject, and keeps others out. */
  lockSubject(subject: string): Promise<void>;

  systemKey(name: string): Promise<StoredSystemKey | null>;
  systemKeys(): Promise<readonly SystemKeyRow[]>;
  /** Of two that insert the same name the first wins. */
  insertSystemKey(row: SystemKeyRow): Promise<void>;
  deleteSystemKey(name: string): Promise<void>;

  /** Keys that are not destroyed and wrapped under another key than `kekId`, by id. */
  pageWrappedElsewhere(kekId: string, after: Buffer | null, limit: number): Promise<readonly StoredKey[]>;
  countWrappedElsewhere(kekId: string): Promise<number>;
  /** Replaces wrapped forms; a key that was destroyed meanwhile stays destroyed. */
  rewrap(
    kekId: string,
    keys: readonly { readonly id: Buffer; readonly wrapped: Uint8Array }[],
  ): Promise<void>;
  rewrapSystemKey(name: string, kekId: string, wrapped: Uint8Array): Promise<void>;

  tally(): Promise<readonly KekTally[]>;
  /** The ids of all key-encryption keys that something is wrapped under. */
  kekIds(): Promise<readonly string[]>;
  isEmpty(): Promise<boolean>;
  close(): Promise<void>;
}
