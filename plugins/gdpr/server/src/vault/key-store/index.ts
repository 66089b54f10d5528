import type { Core } from '@strapi/types';

import type { Settings } from '../../platform/settings';

import { mainConnection, ownConnection } from './connection';
import type { KeyStore } from './key-store';
import { MovingKeyStore } from './moving-key-store';
import { SqlKeyStore } from './sql-key-store';
import { createKeyLocks } from './subject-lock';
import { createKeyTables } from './tables';

export type { KekTally, KeyRow, KeyStore, StoredKey, StoredSystemKey, SystemKeyRow } from './key-store';
export { MovingKeyStore } from './moving-key-store';

/**
 * The key store that the settings ask for. With a store of its own and keys still in the main database it is both,
 * until `strapi-gdpr keys move` has brought them over.
 *
 * @throws GdprError when the store cannot be reached: the boot stops with its sentence
 */
export async function openKeyStore(strapi: Core.Strapi, settings: Settings): Promise<KeyStore> {
  const main = new SqlKeyStore(strapi, mainConnection(strapi));
  await createKeyTables(mainConnection(strapi));
  const { connection } = settings.keyStore;
  if (connection === undefined) return main;
  const own = ownConnection(strapi.dirs.app.root, connection);
  try {
    await createKeyTables(own);
    await createKeyLocks(strapi);
  } catch (error) {
    await own.close();
    throw error;
  }
  const store = new SqlKeyStore(strapi, own);
  return (await main.isEmpty()) ? store : new MovingKeyStore(main, store);
}
