import { hkdfSync } from 'node:crypto';

import { keyedHash } from '../keyed-hash';

import { scopeNumber } from './scopes';

const TOKEN_BYTES = 16;

/**
 * The tokens of one generation of the index. Each attribute and kind of token has a key of its own, derived by HKDF
 * (RFC 5869) from the generation's index key, so that equal values in two attributes do not show.
 */
export class GenerationTokens {
  private readonly keys = new Map<string, Uint8Array>();
  private readonly scopes = new Map<number, number>();

  constructor(
    readonly generation: number,
    private readonly indexKey: Uint8Array,
  ) {}

  token(uid: string, attribute: string, kind: string, text: string): Buffer {
    // A lone surrogate has no UTF-8: all would become the same U+FFFD, so ill-formed text is hashed in escaped form.
    const hashable = text.isWellFormed() ? text : JSON.stringify(text);
    return keyedHash(TOKEN_BYTES, hashable, this.keyOf(uid, attribute, kind));
  }

  /** The number a scope has in this generation, so that the rows of two generations can be told apart. */
  scope(scope: number): number {
    if (this.generation === 1) return scope;
    let number = this.scopes.get(scope);
    if (number === undefined) {
      number = scopeNumber('generation', String(this.generation), String(scope));
      this.scopes.set(scope, number);
    }
    return number;
  }

  wipe(): void {
    this.indexKey.fill(0);
    for (const key of this.keys.values()) key.fill(0);
    this.keys.clear();
  }

  private keyOf(uid: string, attribute: string, kind: string): Uint8Array {
    const name = `${uid} ${attribute} ${kind}`;
    let key = this.keys.get(name);
    if (key === undefined) {
      const info = JSON.stringify(['gdpr blind index v1', uid, attribute, kind]);
      key = new Uint8Array(hkdfSync('sha256', this.indexKey, new Uint8Array(0), info, 32));
      this.keys.set(name, key);
    }
    return key;
  }
}
