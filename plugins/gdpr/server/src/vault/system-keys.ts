import { clock } from '../platform/clock';
import { GdprError } from '../platform/errors';

import { assertKnown } from './data-keys';
import type { KeyRing } from './key-encryption';
import type { KeyStore, StoredSystemKey } from './key-store';
import { randomBytes } from './random';
import type { WrappingKey } from './wrapping-key';

export const systemKeyContext = (name: string): string => `system key ${name}`;

/**
 * The 256-bit secrets of the installation, made on first use and kept wrapped: the index key, and the signing keys of
 * the rooms above. They belong to no data subject, so erasure never touches them.
 */
export class SystemKeys {
  constructor(
    private readonly store: KeyStore,
    private readonly ring: KeyRing,
    private readonly wrapping: WrappingKey,
  ) {}

  /** @param name letters, digits and dashes, for example `blind-index-1` */
  async get(name: string): Promise<Uint8Array> {
    const stored = await this.store.systemKey(name);
    if (stored === null) await this.make(name);
    const row = stored ?? (await this.store.systemKey(name));
    if (row === null) throw new GdprError('data-key-missing', `The system key ${name} could not be stored.`);
    return this.unwrap(row);
  }

  /** For a key that nothing needs any more. */
  async destroy(name: string): Promise<void> {
    await this.store.deleteSystemKey(name);
  }

  /** Two nodes that ask at once: the first insert wins, and both read what it wrote. */
  private async make(name: string): Promise<void> {
    const kekId = await this.wrapping.id();
    const secret = randomBytes(32);
    const wrapped = await this.ring.wrap(secret, systemKeyContext(name), kekId);
    secret.fill(0);
    const row = { name, kek_id: kekId, wrapped: Buffer.from(wrapped), created_at: clock.now().getTime() };
    await this.store.insertSystemKey(row);
  }

  private async unwrap({ name, kek_id, wrapped }: StoredSystemKey): Promise<Uint8Array> {
    assertKnown(this.ring, [kek_id]);
    const [secret] = await this.ring.unwrapMany([
      { keyId: kek_id, wrapped, context: systemKeyContext(name) },
    ]);
    if (secret !== null && secret !== undefined) return secret;
    throw new GdprError(
      'key-encryption-key-wrong',
      `The system key ${name} does not unwrap: its row was changed, or the key-encryption key behind ${kek_id} is another.`,
    );
  }
}
