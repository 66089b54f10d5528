import type { Core } from '@strapi/types';

import { runsOf } from '../platform/runs';

import type { Vault } from './vault';

export interface KeyStatus {
  readonly values: object;
  readonly lines: readonly string[];
}

/** What an operator has to know of the keys; ids and counts, never key material. */
export async function statusOfKeys(strapi: Core.Strapi, vault: Vault): Promise<KeyStatus> {
  const { ring, keyStore, keys } = vault;
  const tally = await keyStore.tally();
  const wrappingKeyId = await vault.wrapping.id();
  const runs = (await runsOf(strapi).all()).map(
    ({ kind, target, state, done, total, error, finishedAt }) => ({
      kind,
      target,
      state,
      done,
      total,
      error,
      finishedAt: finishedAt?.toISOString() ?? null,
    }),
  );
  const keyEncryptionKeys = ring.keyIds.map((id) => {
    const entry = tally.find(({ kekId }) => kekId === id);
    return {
      id,
      isCurrent: id === ring.currentKeyId,
      dataKeys: entry?.dataKeys ?? 0,
      systemKeys: entry?.systemKeys ?? 0,
    };
  });
  const values = {
    keyStore: keyStore.description,
    currentKeyId: ring.currentKeyId,
    wrappingKeyId,
    keyEncryptionKeys,
    memory: { maxKeys: keys.memory.maxKeys, ttlSeconds: keys.memory.ttl / 1_000, keys: keys.memory.keys },
    runs,
  };
  const waiting = keyEncryptionKeys.some(
    ({ isCurrent, dataKeys, systemKeys }) => !isCurrent && dataKeys + systemKeys > 0,
  );
  return {
    values,
    lines: [
      `Key store: ${keyStore.description}`,
      ...keyEncryptionKeys.map(
        ({ id, isCurrent, dataKeys, systemKeys }) =>
          `${isCurrent ? 'Current ' : 'Previous'} key-encryption key ${id}: ${String(dataKeys)} data keys, ${String(systemKeys)} system keys`,
      ),
      ...(waiting ? ['Run `strapi-gdpr keys rotate` to wrap all of them under the current one.'] : []),
      `Unwrapped keys in the memory of each process: ${String(values.memory.maxKeys)} at most, for ${String(values.memory.ttlSeconds)} s`,
      ...runs.map(
        ({ kind, target, state, done, total, error }) =>
          `Run ${kind}${target === '' ? '' : ` ${target}`}: ${state}, ${String(done)} of ${String(total)}${error === null ? '' : ` (${error})`}`,
      ),
    ],
  };
}
