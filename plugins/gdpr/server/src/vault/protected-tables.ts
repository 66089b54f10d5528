import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';
import { GdprError } from '../platform/errors';

import { installPlaintextGuard, liftPlaintextGuard, unguardedEvents } from './plaintext-guard';
import { PROTECTED_TYPES, rememberedTypes } from './protection-states';
import { type Annotations, SEALED } from './protected-types';
import type { Vault } from './vault';

/**
 * Stops the boot when an annotation is gone whose values are still sealed. Going on would be worse than standing still:
 * the attributes would read as empty, and Strapi's schema sync would drop the `sealed` column, and all data with it, when
 * the last annotation of a type is gone. So this runs before the sync, when nothing is lost yet.
 *
 * @throws GdprError `annotation-removed`
 */
export async function assertNoAnnotationLost(strapi: Core.Strapi, annotations: Annotations): Promise<void> {
  if (!(await strapi.db.getSchemaConnection().hasTable(PROTECTED_TYPES))) return;
  const schemas: Readonly<Record<string, { readonly attributes: object }>> = {
    ...strapi.contentTypes,
    ...strapi.components,
  };
  const faults: string[] = [];
  for (const { uid, table, attributes } of await rememberedTypes(strapi)) {
    const schema = schemas[uid];
    // A type or an attribute that is gone altogether takes its values with it, as in any Strapi project.
    if (schema === undefined) continue;
    const annotated = new Set(
      annotations.get(uid)?.annotation.attributes.flatMap(({ name, encrypted }) => (encrypted ? [name] : [])),
    );
    const lost = attributes.filter((name) => name in schema.attributes && !annotated.has(name));
    if (lost.length > 0 && (await hasSealedRows(strapi, table))) {
      faults.push(
        `${uid}: ${lost.join(', ')} (put the annotation back, run "strapi-gdpr unseal --type ${uid}", then remove it)`,
      );
    }
  }
  if (faults.length === 0) return;
  throw new GdprError(
    'annotation-removed',
    `Attributes are no longer annotated as personal data, but records are still sealed with them and would read as empty:\n- ${faults.join('\n- ')}`,
  );
}

async function hasSealedRows(strapi: Core.Strapi, table: string): Promise<boolean> {
  if (!(await strapi.db.getSchemaConnection().hasTable(table))) return false;
  if (!(await strapi.db.getSchemaConnection().hasColumn(table, SEALED))) return false;
  const from = await tables(strapi);
  return (await from(table).select('id').whereNotNull(SEALED).first()) !== undefined;
}

/**
 * Brings the guard of every table in step with how its type is stored, and forgets types that are protected no longer.
 * Their guard goes, too: it names columns that may not be there any more, and would refuse every write.
 */
export async function guardTables(strapi: Core.Strapi, vault: Vault): Promise<void> {
  const known = new Set<string>();
  vault.guardsRestored.push(
    ...(await unguardedTables(strapi, vault)).filter(({ uid }) => vault.states.settled.has(uid)),
  );
  for (const type of vault.types.all()) {
    known.add(type.table);
    if (vault.states.isClear(type)) await liftPlaintextGuard(strapi, type.table);
    else await installPlaintextGuard(strapi, type);
    if (vault.states.mode(type.uid) === 'sealing') {
      strapi.log.warn(
        `gdpr: ${type.uid} has records in plaintext from before it was annotated; "strapi-gdpr seal" takes them into the vault.`,
      );
    }
  }
  for (const { uid, table } of await rememberedTypes(strapi)) {
    if (vault.types.get(uid) !== undefined) continue;
    if (!known.has(table)) await liftPlaintextGuard(strapi, table);
    const from = await tables(strapi);
    await from(PROTECTED_TYPES).where({ uid }).delete();
  }
}

/** A table whose guard the database has lost, and which writes it lets through. */
export interface UnguardedTable {
  readonly uid: string;
  readonly events: readonly string[];
}

export async function unguardedTables(strapi: Core.Strapi, vault: Vault): Promise<UnguardedTable[]> {
  const unguarded: UnguardedTable[] = [];
  for (const type of vault.types.all()) {
    if (vault.states.isClear(type)) continue;
    const events = await unguardedEvents(strapi, type);
    if (events.length > 0) unguarded.push({ uid: type.uid, events });
  }
  return unguarded;
}
