import { DataKey } from './data-key';
import { DataKeys, wrapContext } from './data-keys';
import { KeyRing } from './key-encryption';
import { createLocalProvider } from './key-encryption/local';
import type { KeyName } from './envelope';
import type { KeyStore, StoredKey } from './key-store';
import { sodiumReady } from './sodium';
import { xchacha20Poly1305 } from './suites';
import { WrappingKey } from './wrapping-key';

let ring: KeyRing;

beforeAll(async () => {
  await sodiumReady();
  ring = new KeyRing(createLocalProvider(Buffer.alloc(32, 7)));
});

/** A store in memory with so many keys. It counts how often it is asked. */
async function keysOf(count: number, settings: { maxKeys: number; ttl: number }) {
  const rows = new Map<string, StoredKey>();
  const names: KeyName[] = [];
  for (let at = 0; at < count; at += 1) {
    const key = DataKey.generate(null);
    const wrapped = await key.expose((secret) => ring.wrap(secret, wrapContext(key.id)));
    rows.set(key.name, {
      id: key.id,
      subject: null,
      kek_id: ring.currentKeyId,
      wrapped: Buffer.from(wrapped),
    });
    names.push(key.name);
    key.wipe();
  }
  let asked = 0;
  // What is under test is the memory: the store only has to hand out rows.
  const store = {
    async find(ids: readonly Buffer[]) {
      asked += ids.length;
      // As with a database, the event loop turns meanwhile.
      await nextTurn();
      return ids.flatMap((id) => rows.get(id.toString('latin1')) ?? []);
    },
  } as unknown as KeyStore;
  const keys = new DataKeys(store, ring, new WrappingKey(store, ring), settings);
  return { keys, names, asked: () => asked };
}

/** The bytes a key holds: its secret and those it derived. Looked at from outside, as a core dump would be. */
function bytesOf(key: DataKey): readonly Uint8Array[] {
  const inside = key as unknown as { secret: Uint8Array };
  const suiteKey = key.forSuite(xchacha20Poly1305) as unknown as { bytes: Uint8Array };
  return [inside.secret, suiteKey.bytes];
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

async function unwrapped(keys: DataKeys, name: KeyName | undefined): Promise<DataKey> {
  const key = name === undefined ? undefined : (await keys.load([name])).get(name);
  if (!(key instanceof DataKey)) throw new Error('The key was not found.');
  return key;
}

test('no more keys than configured are in memory, and whoever leaves is overwritten with zeroes', async () => {
  const { keys, names, asked } = await keysOf(20, { maxKeys: 8, ttl: 50_000 });
  const first = await unwrapped(keys, names[0]);
  const bytes = bytesOf(first);
  expect(bytes.some(isZero)).toBe(false);
  for (const name of names.slice(1)) await keys.load([name]);
  await nextTurn();
  expect(keys.memory.keys).toBe(8);
  expect(bytes.every(isZero)).toBe(true);
  expect(() => first.forSuite(xchacha20Poly1305)).toThrow('after it had been wiped');
  const before = asked();
  await keys.load([names[0] as KeyName]);
  expect(asked()).toBe(before + 1);
  keys.close();
});

test('a key that is older than configured is overwritten, though nobody asks for it', async () => {
  const { keys, names } = await keysOf(1, { maxKeys: 8, ttl: 500 });
  const bytes = bytesOf(await unwrapped(keys, names[0]));
  await nextTurn();
  expect(bytes.some(isZero)).toBe(false);
  // The sweep comes every five seconds.
  await new Promise((resolve) => setTimeout(resolve, 5_600));
  expect(bytes.every(isZero)).toBe(true);
  keys.close();
});

test('forget overwrites every key, and none can be reached afterwards', async () => {
  const { keys, names, asked } = await keysOf(5, { maxKeys: 8, ttl: 50_000 });
  const bytes: Uint8Array[] = [];
  for (const name of names) bytes.push(...bytesOf(await unwrapped(keys, name)));
  keys.forget();
  await nextTurn();
  expect(bytes.every(isZero)).toBe(true);
  expect(keys.memory.keys).toBe(0);
  const before = asked();
  await keys.load(names);
  expect(asked()).toBe(before + 5);
  keys.close();
});

test('keys that leave the memory while others are looked up are handed out usable all the same', async () => {
  const { keys, names } = await keysOf(30, { maxKeys: 10, ttl: 50_000 });
  await keys.load(names.slice(0, 10));
  const page = keys.load(names.slice(0, 20)).then((found) => {
    for (const key of found.values()) expect((key as DataKey).forSuite(xchacha20Poly1305)).toBeDefined();
    return found.size;
  });
  keys.forget();
  expect(await page).toBe(20);
  keys.close();
});

test('a key that does not unwrap is an error that says so and tells nothing of it', async () => {
  const { keys, names } = await keysOf(1, { maxKeys: 8, ttl: 50_000 });
  const other = new KeyRing(createLocalProvider(Buffer.alloc(32, 8)));
  const wrong = new DataKeys(
    (keys as unknown as { keyStore: KeyStore }).keyStore,
    other,
    new WrappingKey((keys as unknown as { keyStore: KeyStore }).keyStore, other),
    { maxKeys: 8, ttl: 50_000 },
  );
  await expect(wrong.load(names)).rejects.toThrow(
    /^A data key wrapped under local:[0-9a-f]{16} does not unwrap/,
  );
  keys.close();
  wrong.close();
});
