import { KEY_ID_BYTES, keyName, type KeyName } from './envelope';
import { keyedHash } from './keyed-hash';
import { randomBytes } from './random';
import type { Suite, SuiteKey } from './suites';

const DATA_KEY_BYTES = 32;
const ID_CONTEXT = Buffer.from('strapi-plugin-gdpr-crm data key id v1');
const SUITE_CONTEXT = 'strapi-plugin-gdpr-crm record key v1 suite ';

/** The owner, in the place of a data subject, of the key of components whose record has not been written yet. */
export const UNCLAIMED = 'unclaimed components';

/**
 * The key of one data subject. From its 256 random bytes two kinds of value are derived by keyed BLAKE2b (RFC 7693):
 *
 * - its **id**, 256 bits. Because the id is a hash of the key, it also commits to it: an envelope names exactly one
 *   key it can open under, which neither suite guarantees by itself. See docs/decisions/0002-key-commitment.md.
 * - one key for each suite, so that no key is ever used with two ciphers.
 */
export class DataKey {
  readonly id: Buffer;
  readonly name: KeyName;
  /** `documentId` of the data subject; `null` for a record that belongs to nobody; or {@link UNCLAIMED}. */
  readonly owner: string | null;
  private readonly secret: Uint8Array;
  /** One for each suite this key has been used with: nearly always one. */
  private suiteKeys: SuiteKey[] = [];
  private wiped = false;

  private constructor(secret: Uint8Array, owner: string | null) {
    this.secret = secret;
    this.owner = owner;
    this.id = keyedHash(KEY_ID_BYTES, ID_CONTEXT, secret);
    this.name = keyName(this.id);
  }

  static generate(owner: string | null): DataKey {
    return new DataKey(randomBytes(DATA_KEY_BYTES), owner);
  }

  /**
   * @param secret the key's own from now on: it is wiped with the key, or at once when it is none
   * @returns the key, or `null` when these bytes are not the key that `id` commits to
   */
  static fromSecret(secret: Uint8Array, id: Uint8Array, owner: string | null): DataKey | null {
    const key = secret.length === DATA_KEY_BYTES ? new DataKey(secret, owner) : null;
    if (key?.id.equals(id) === true) return key;
    secret.fill(0);
    return null;
  }

  /** `documentId` of the data subject whose key it is, or `null`. */
  get subject(): string | null {
    return this.isUnclaimed ? null : this.owner;
  }

  /** Whether what is sealed under it still waits for its owner. */
  get isUnclaimed(): boolean {
    return this.owner === UNCLAIMED;
  }

  forSuite(suite: Suite): SuiteKey {
    this.assertUsable();
    let key = this.suiteKeys.find((known) => known.suite === suite.id);
    if (key === undefined) {
      const bytes = keyedHash(32, suiteContext(suite.id), this.secret);
      key = suite.key(bytes);
      bytes.fill(0);
      this.suiteKeys.push(key);
    }
    return key;
  }

  /** Hands the secret to `wrap`, the only reason why it ever leaves. */
  expose<T>(wrap: (secret: Uint8Array) => T): T {
    this.assertUsable();
    return wrap(this.secret);
  }

  wipe(): void {
    this.wiped = true;
    this.secret.fill(0);
    for (const key of this.suiteKeys) key.wipe();
    this.suiteKeys = [];
  }

  private assertUsable(): void {
    if (this.wiped) throw new Error('A data key was used after it had been wiped from memory.');
  }
}

const suiteContexts = new Map<number, Buffer>();

/** What the key of a suite is derived with; made once, because a page of records derives a hundred. */
function suiteContext(suite: number): Buffer {
  let context = suiteContexts.get(suite);
  if (context === undefined) {
    context = Buffer.from(`${SUITE_CONTEXT}${String(suite)}`);
    suiteContexts.set(suite, context);
  }
  return context;
}
