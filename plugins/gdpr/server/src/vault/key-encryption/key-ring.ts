import { GdprError } from '../../platform/errors';

import type { KeyEncryptionProvider, PlainSecret, WrappedSecret } from './provider';

/**
 * The key-encryption keys this node has: the current one, and during a rotation those before it. Which one a wrapped
 * key needs stands beside it, so that no key is ever tried.
 */
export class KeyRing {
  private readonly providers: readonly KeyEncryptionProvider[];

  constructor(
    private readonly current: KeyEncryptionProvider,
    previous: readonly KeyEncryptionProvider[] = [],
  ) {
    this.providers = [current, ...previous];
  }

  /** The key that everything is to be wrapped under in the end. */
  get currentKeyId(): string {
    return this.current.currentKeyId;
  }

  /** Whether this node knows keys besides the current one, as it does during a rotation. */
  get isRotating(): boolean {
    return this.providers.length > 1;
  }

  /** The ids of all keys this node knows, the current one first. */
  get keyIds(): readonly string[] {
    return this.providers.map((provider) => provider.currentKeyId);
  }

  knows(keyId: string): boolean {
    return this.providers.some((provider) => provider.knows(keyId));
  }

  /** @param keyId one of the keys this node knows */
  wrapMany(secrets: readonly PlainSecret[], keyId = this.currentKeyId): Promise<Uint8Array[]> {
    const provider = this.providers.find(({ currentKeyId }) => currentKeyId === keyId);
    if (provider === undefined)
      throw new GdprError('key-encryption-key-wrong', `This node has no key ${keyId}.`);
    return provider.wrapMany(secrets);
  }

  async wrap(secret: Uint8Array, context: string, keyId = this.currentKeyId): Promise<Uint8Array> {
    const [wrapped] = await this.wrapMany([{ secret, context }], keyId);
    if (wrapped === undefined) throw new Error('A key-encryption provider returned nothing.');
    return wrapped;
  }

  /** @returns the secrets in the same order; `null` where one does not authenticate, or no key here is its */
  async unwrapMany(wrapped: readonly WrappedSecret[]): Promise<(Uint8Array | null)[]> {
    if (!this.isRotating) return this.current.unwrapMany(wrapped);
    const found = new Array<Uint8Array | null>(wrapped.length).fill(null);
    for (const provider of this.providers) {
      const places = wrapped.flatMap(({ keyId }, at) => (provider.knows(keyId) ? [at] : []));
      if (places.length === 0) continue;
      const mine = places.flatMap((at) => wrapped[at] ?? []);
      const secrets = await provider.unwrapMany(mine);
      places.forEach((at, index) => (found[at] = secrets[index] ?? null));
    }
    return found;
  }

  close(): void {
    for (const provider of this.providers) provider.close?.();
  }
}
