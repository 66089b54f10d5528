import type { Core } from '@strapi/types';

import { quietDatabaseErrors } from '../platform/database/quiet-errors';
import type { Room } from '../platform/room';
import { type RunKind, runsOf } from '../platform/runs';
import { readSettings } from '../platform/settings';

import { adaptRelationPicker, withholdSorting } from './content-manager';
import { addKeyCommands } from './key-commands';
import { interceptLifecycles } from './lifecycle-interceptor';
import { installPlaintextGuard } from './plaintext-guard';
import { annotateSchemas, type Annotations } from './protected-types';
import { moveKeys } from './rotation/move-keys';
import { rebuildIndex } from './rotation/rebuild-index';
import { repeated } from './rotation/repeated';
import { rewrapBatch, rewrapKeys, rewrapping } from './rotation/rewrap-keys';
import { rotateDataKey } from './rotation/rotate-data-key';
import { rotateIndexKey } from './rotation/rotate-index-key';
import { createVaultTables } from './tables';
import { Vault } from './vault';

export type { KeyedColumn } from './blind-index/blind-index';
export type { GenerationTokens } from './blind-index/generation-tokens';
export { type ViewConfiguration, viewConfigurations } from './content-manager';
export { DataKey } from './data-key';
export type { KeyName } from './envelope';
export type { KeyHolder } from './key-holders';
export type { ProtectedType } from './protected-types';
export { BLIND_INDEX } from './tables';
import type { OpeningFailure } from './record-opener';
export type { OpenedRecord, OpeningFailure } from './record-opener';
export { relatedId } from './subject-resolver';
export type { EmailSubjectResolver, SubjectAnswer, SubjectQuestion } from './subject-resolver';
export type { KeyOperation, Vault, VaultListener, VaultWrite } from './vault';

const annotationsOf = new WeakMap<Core.Strapi, Annotations>();
const vaults = new WeakMap<Core.Strapi, Vault>();

/** The vault of this Strapi instance; there is one as soon as the database schema is in step. */
export function vaultOf(strapi: Core.Strapi): Vault {
  const vault = vaults.get(strapi);
  if (vault === undefined) throw new Error('The vault is not open yet.');
  return vault;
}

/** Seals protected attributes on their way into the database and opens them on their way out. */
export const vaultRoom: Room = {
  name: 'vault',
  services: { vault: ({ strapi }) => ({ of: () => vaultOf(strapi), rewrapBatch, rewrapping }) },

  commands: (program, context) => addKeyCommands(program, context, vaultOf),

  register(strapi) {
    annotationsOf.set(strapi, annotateSchemas(strapi));
    adaptRelationPicker(strapi, () => vaultOf(strapi).types);
  },

  async afterSync(strapi) {
    quietDatabaseErrors(strapi);
    await createVaultTables(strapi);
    const vault = await Vault.open(strapi, readSettings(strapi), annotationsOf.get(strapi) ?? new Map());
    for (const type of vault.types.all()) await installPlaintextGuard(strapi, type);
    vault.listen({ onFailure: (failure) => alert(strapi, failure) });
    interceptLifecycles(strapi, vault);
    vaults.set(strapi, vault);
    for (const kind of runKinds(strapi, vault)) runsOf(strapi).register(repeated(kind));
  },

  async bootstrap(strapi) {
    await withholdSorting(strapi, vaultOf(strapi).types);
  },

  async destroy(strapi) {
    await vaults.get(strapi)?.close();
  },
};

function runKinds(strapi: Core.Strapi, vault: Vault): readonly RunKind[] {
  return [
    rewrapKeys(vault),
    rotateDataKey(strapi, vault),
    moveKeys(strapi, vault),
    rebuildIndex(strapi, vault),
    rotateIndexKey(strapi, vault),
  ];
}

/** A record that does not open is a broken disk, a lost key, or an attack: somebody has to look. */
function alert(strapi: Core.Strapi, { uid, documentId, reason }: OpeningFailure): void {
  const record = `${uid} ${documentId ?? '(without documentId)'}`;
  strapi.log.error(`gdpr: ALERT ${reason}: the sealed record of ${record} did not open and was not shown.`);
}
