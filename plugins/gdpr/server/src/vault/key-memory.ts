import type { DataKey } from './data-key';
import type { KeyName } from './envelope';

interface Entry {
  readonly key: DataKey;
  /** On the monotonic clock, in ms. */
  readonly expires: number;
}

/**
 * The unwrapped data keys of this process: at most so many, each for so long. Whoever leaves is wiped, in the next turn of
 * the event loop, because whoever was just given the key uses it in this one.
 *
 * A Map in the order of use. A general cache costs as much for each key as unwrapping it.
 */
export class KeyMemory {
  private readonly entries = new Map<KeyName, Entry>();
  private readonly leaving: DataKey[] = [];

  /** @param ttl in ms */
  constructor(
    readonly maxKeys: number,
    readonly ttl: number,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(name: KeyName): DataKey | undefined {
    const entry = this.entries.get(name);
    if (entry === undefined) return undefined;
    this.entries.delete(name);
    if (entry.expires <= performance.now()) {
      this.wipeSoon(entry.key);
      return undefined;
    }
    this.entries.set(name, entry);
    return entry.key;
  }

  set(key: DataKey): void {
    const known = this.entries.get(key.name);
    if (known !== undefined) this.entries.delete(key.name);
    if (known !== undefined && known.key !== key) this.wipeSoon(known.key);
    this.entries.set(key.name, { key, expires: performance.now() + this.ttl });
    if (this.entries.size <= this.maxKeys) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.delete(oldest);
  }

  delete(name: KeyName): void {
    const entry = this.entries.get(name);
    if (entry === undefined) return;
    this.entries.delete(name);
    this.wipeSoon(entry.key);
  }

  /** Lets those go whose time has come, though nobody asks for them. */
  sweep(): void {
    const now = performance.now();
    for (const [name, { expires }] of this.entries) if (expires <= now) this.delete(name);
  }

  clear(): void {
    for (const { key } of this.entries.values()) this.wipeSoon(key);
    this.entries.clear();
  }

  /** One turn for all that leave together. */
  private wipeSoon(key: DataKey): void {
    if (this.leaving.push(key) > 1) return;
    setImmediate(() => {
      for (const gone of this.leaving.splice(0)) gone.wipe();
    });
  }
}
