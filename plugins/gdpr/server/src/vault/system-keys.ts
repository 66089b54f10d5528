import type { Core } from '@strapi/types';

import { clock } from '../platform/clock';
import { tables } from '../platform/database/connection';
import { GdprError } from '../platform/errors';

import { assertKnown } from './data-keys';
import type { KeyEncryptionProvider } from './key-encryption';
import { randomBytes } from './random';
import { SYSTEM_KEYS } from './tables';

/**
 * The 256-bit secret with this name, made on first use and kept wrapped: the index key, and the signing keys of the
 * rooms above. They belong to the installation and not to a data subject, so erasure never touches them.
 *
 * @param name letters, digits and dashes, for example `blind-index-1`
 */
export async function systemKey(
  strapi: Core.Strapi,
  provider: KeyEncryptionProvider,
  name: string,
): Promise<Uint8Array> {
  const context = `system key ${name}`;
  const stored = await read(strapi, name);
  if (stored === undefined) {
    const wrapped = await provider.wrap(randomBytes(32), context);
    const from = await tables(strapi);
    // Two nodes that boot at once: the first insert wins, and both read what it wrote.
    await from(SYSTEM_KEYS)
      .insert({
        name,
        kek_id: provider.currentKeyId,
        wrapped: Buffer.from(wrapped),
        created_at: clock.now().getTime(),
      })
      .onConflict('name')
      .ignore();
  }
  const row = stored ?? (await read(strapi, name));
  if (row === undefined)
    throw new GdprError('data-key-missing', `The system key ${name} could not be stored.`);
  assertKnown(provider, [row.kek_id]);
  const [secret] = await provider.unwrapMany([{ keyId: row.kek_id, wrapped: row.wrapped, context }]);
  if (secret === null || secret === undefined) {
    throw new GdprError(
      'key-encryption-key-wrong',
      `The system key ${name} does not unwrap: its row was changed.`,
    );
  }
  return secret;
}

async function read(
  strapi: Core.Strapi,
  name: string,
): Promise<{ kek_id: string; wrapped: Buffer } | undefined> {
  const from = await tables(strapi);
  return (await from(SYSTEM_KEYS).select('kek_id', 'wrapped').where({ name }).first()) as
    { kek_id: string; wrapped: Buffer } | undefined;
}
