import type { KeyName } from './envelope';

/**
 * Something besides records that is sealed under the keys of data subjects: payloads of an audit log, for example. It
 * is asked before a rotation destroys the old key of a data subject.
 */
export interface KeyHolder {
  readonly name: string;
  /**
   * Seals anew under `fresh` what it holds under these keys, in the current transaction.
   *
   * @returns the ids of the keys that it still needs, because what it holds may not be changed; they are kept, and
   * destroyed with the data subject's other keys when the person is erased
   */
  release(subject: string, keyIds: readonly Buffer[], fresh: KeyName): Promise<readonly Buffer[]>;
}

/** Everybody who has to be asked before a key of a data subject goes. */
export class KeyHolders {
  private readonly holders: KeyHolder[] = [];

  register(holder: KeyHolder): void {
    this.holders.push(holder);
  }

  /** @returns those of the keys that nobody needs any more */
  async release(subject: string, keyIds: readonly Buffer[], fresh: KeyName): Promise<readonly Buffer[]> {
    const needed = new Set<string>();
    for (const holder of this.holders) {
      for (const id of await holder.release(subject, keyIds, fresh)) needed.add(id.toString('hex'));
    }
    return keyIds.filter((id) => !needed.has(id.toString('hex')));
  }
}
