import type { KeyRing } from './key-encryption';
import type { KeyStore } from './key-store';
import { Remembered } from './remembered';

/**
 * Which key-encryption key new keys are wrapped under: the one the system keys are wrapped under, as long as this node
 * knows it. A rotation begins by rewrapping those, so that all nodes change over together, and not as each is
 * restarted: a node that has not been given the new key yet still reads whatever the others write.
 */
export class WrappingKey {
  private readonly remembered: Remembered<string>;

  constructor(
    store: KeyStore,
    private readonly ring: KeyRing,
  ) {
    this.remembered = new Remembered(async () => {
      const [first] = await store.systemKeys();
      return first !== undefined && ring.knows(first.kek_id) ? first.kek_id : ring.currentKeyId;
    });
  }

  async id(): Promise<string> {
    return this.ring.isRotating ? this.remembered.value() : this.ring.currentKeyId;
  }

  /** The next answer is read anew: this node has just changed it. */
  forget(): void {
    this.remembered.forget();
  }
}
