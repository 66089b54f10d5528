import { clock } from '../../platform/clock';
import { chunk } from '../../platform/database/dialect';
import { GdprError } from '../../platform/errors';
import type { RunKind, RunStep } from '../../platform/runs';

import { wrapContext } from '../data-keys';
import type { KeyRing } from '../key-encryption';
import type { KeyStore, StoredKey } from '../key-store';
import { NOTICED, waitedUntil } from '../remembered';
import { systemKeyContext } from '../system-keys';
import type { Vault } from '../vault';

export const REWRAP_KEYS = 'rewrap-keys';
/** Keys a step: enough for few statements, few enough that writers on SQLite wait for some ten ms at most. */
const BATCH = 2_000;

type Keys = Pick<Vault, 'keyStore' | 'ring' | 'wrapping' | 'reportKeyOperation'>;

/** Turns wrapped keys into the same keys wrapped under the current key-encryption key; `null` where one does not unwrap. */
export type Rewrapping = (keys: readonly StoredKey[]) => Promise<readonly (Uint8Array | null)[]>;

/**
 * Wraps all keys under the current key-encryption key, batch by batch, while records are read and written. No record is
 * touched.
 *
 * 1. The system keys: from here on every node wraps new keys under the current key (wrapping-key.ts).
 * 2. All data keys, in the order of their ids.
 * 3. Until all nodes have noticed 1: nothing. Then once more what they wrapped meanwhile.
 *
 * The target of the run is the id of the key, so that a run that was interrupted and one to a third key are two.
 */
export function rewrapKeys(keys: Keys): RunKind {
  const { keyStore, ring, wrapping } = keys;
  return {
    name: REWRAP_KEYS,

    async total(target) {
      const stored = await keyStore.systemKeys();
      const systemKeys = stored.filter(({ kek_id }) => kek_id !== target).length;
      return systemKeys + (await keyStore.countWrappedElsewhere(target));
    },

    async step(target, cursor): Promise<RunStep> {
      assertTarget(ring, target);
      if (cursor === null) {
        const done = await rewrapSystemKeys(keys, target);
        wrapping.forget();
        return { cursor: `pass:${settleTime()}:`, done };
      }
      const [phase = '', settled = '', position = ''] = cursor.split(':');
      if (phase === 'wait') {
        const isOver = await waitedUntil(Number(settled));
        return { cursor: isOver ? `last:${settled}:` : cursor, done: 0 };
      }
      const after = position === '' ? null : Buffer.from(position, 'hex');
      const { done, last } = await rewrapBatch(keyStore, target, after, rewrapping(ring, target));
      if (last !== null) return { cursor: `${phase}:${settled}:${last.toString('hex')}`, done };
      if (phase === 'pass') return { cursor: `wait:${settled}:`, done };
      const left = await keyStore.countWrappedElsewhere(target);
      await keys.reportKeyOperation({
        operation: 'key-encryption-key-rotated',
        detail: { kekId: target, left },
      });
      return { cursor: null, done };
    },
  };
}

/**
 * One batch: the keys after `after` that are wrapped elsewhere. A key that does not unwrap is left as it is; the
 * command tells of it at the end.
 *
 * @returns how many were rewrapped, and the last id looked at; `null` when there are no more
 */
export async function rewrapBatch(
  keyStore: KeyStore,
  target: string,
  after: Buffer | null,
  rewrap: Rewrapping,
): Promise<{ readonly done: number; readonly last: Buffer | null }> {
  const stored = await keyStore.pageWrappedElsewhere(target, after, BATCH);
  let done = 0;
  let writing: Promise<void> = Promise.resolve();
  for (const part of chunk(stored)) {
    const wrapped = await rewrap(part);
    const rewrapped = part.flatMap(({ id }, at) => {
      const form = wrapped[at] ?? null;
      return form === null ? [] : [{ id, wrapped: form }];
    });
    await writing;
    // The next part is rewrapped while the database writes this one.
    writing = keyStore.rewrap(target, rewrapped);
    writing.catch(() => undefined);
    done += rewrapped.length;
  }
  await writing;
  return { done, last: stored.length < BATCH ? null : (stored.at(-1)?.id ?? null) };
}

/** Unwraps and wraps; the secrets are in memory for the time of one batch. */
export function rewrapping(ring: KeyRing, target: string): Rewrapping {
  return async (stored) => {
    const contexts = stored.map(({ id }) => wrapContext(id));
    const secrets = await ring.unwrapMany(
      stored.map(({ kek_id, wrapped }, at) => ({
        keyId: kek_id,
        wrapped: wrapped ?? new Uint8Array(),
        context: contexts[at] ?? '',
      })),
    );
    const known = secrets.flatMap((secret, at) =>
      secret === null ? [] : [{ secret, context: contexts[at] ?? '' }],
    );
    try {
      const wrapped = (await ring.wrapMany(known, target))[Symbol.iterator]();
      return secrets.map((secret) => (secret === null ? null : (wrapped.next().value ?? null)));
    } finally {
      for (const { secret } of known) secret.fill(0);
    }
  };
}

/** In the order of their names: which one is first decides what new keys are wrapped under. */
async function rewrapSystemKeys({ keyStore, ring }: Keys, target: string): Promise<number> {
  let done = 0;
  for (const { name, kek_id, wrapped } of await keyStore.systemKeys()) {
    if (kek_id === target) continue;
    const context = systemKeyContext(name);
    const [secret] = await ring.unwrapMany([{ keyId: kek_id, wrapped, context }]);
    if (secret === null || secret === undefined) {
      throw new GdprError(
        'key-encryption-key-wrong',
        `The system key ${name} does not unwrap under ${kek_id}: restore its row in gdpr_system_keys from a backup.`,
      );
    }
    await keyStore.rewrapSystemKey(name, target, await ring.wrap(secret, context, target));
    secret.fill(0);
    done += 1;
  }
  return done;
}

function assertTarget(ring: KeyRing, target: string): void {
  if (ring.keyIds.includes(target)) return;
  throw new GdprError(
    'key-rotation-refused',
    `Keys are being wrapped under ${target}, which this node does not have: give it the new key-encryption key and ` +
      'start it again, then run `strapi-gdpr keys rotate` once more.',
  );
}

const settleTime = (): string => String(clock.now().getTime() + NOTICED);
