import type { Core } from '@strapi/types';

import { quietDatabaseErrors } from '../platform/database/quiet-errors';
import { beginAsWriter } from '../platform/database/sqlite-transactions';
import type { Room } from '../platform/room';
import { type RunKind, runsOf } from '../platform/runs';
import { readSettings } from '../platform/settings';

import { adaptRelationPicker, withholdSorting } from './content-manager';
import { enforceFieldPermissions } from './field-permissions';
import { adaptGraphql } from './graphql';
import { addKeyCommands } from './key-commands';
import { interceptLifecycles } from './lifecycle-interceptor';
import { lifeCycleCommands } from './life-cycle-commands';
import {
  adminActions,
  adminRoutes,
  contentApiRoutes,
  controllers,
  maskForCaller,
  openMasking,
  prepareMasking,
} from './masking';
import { bareOldVersions, withholdPersonalDataFromHistory } from './content-history';
import { withholdPersonalDataFromEvents } from './outgoing-events';
import { PersonalDataFilter } from './personal-data-filter';
import { addKeyTransferCommands, keyTransfer } from './key-transfer-commands';
import { annotateSchemas, type Annotations } from './protected-types';
import { assertNoAnnotationLost, guardTables } from './protected-tables';
import type { Duplicate } from './table-sealer';
import { reportedRun } from './reported-run';
import { moveKeys } from './rotation/move-keys';
import { REBUILD_INDEX, rebuildIndex } from './rotation/rebuild-index';
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
export { DESTROYED } from './data-keys';
export { decodeEnvelope, keyName, type KeyName } from './envelope';
export { isMasked, isReadMasked } from './masking';
export type { KeyHolder } from './key-holders';
export { type ProtectedType, type ProtectedTypes, SEALED } from './protected-types';
export { randomBytes } from './random';
export { openRecord, sealRecord } from './record-sealer';
export { xchacha20Poly1305 } from './suites';
export { insertTokensIfAbsent } from './blind-index/bulk-entries';
export { BLIND_INDEX } from './tables';
import type { OpeningFailure } from './record-opener';
export type { OpenedRecord, OpeningFailure } from './record-opener';
export { relatedId } from './subject-resolver';
export type {
  EmailSubjectBatchResolver,
  EmailSubjectResolver,
  SubjectAnswer,
  SubjectQuestion,
} from './subject-resolver';
export type {
  KeyOperation,
  TransferredRecords,
  Unmasking,
  UnmaskingDenied,
  Vault,
  VaultListener,
  VaultWrite,
} from './vault';

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
  services: {
    vault: ({ strapi }) => ({
      of: () => vaultOf(strapi),
      keyTransfer: () => keyTransfer(strapi, vaultOf(strapi)),
      rewrapBatch,
      rewrapping,
    }),
    'personal-data': ({ strapi }) => ({
      /** For controllers that answer records without Strapi's sanitizers. */
      mask: (uid: string, data: unknown) => maskForCaller(strapi, uid, data),
    }),
  },
  controllers,
  contentApiRoutes,
  adminRoutes,
  adminActions,

  register(strapi) {
    annotationsOf.set(strapi, annotateSchemas(strapi));
    adaptRelationPicker(strapi, () => vaultOf(strapi).types);
    prepareMasking(strapi);
    adaptGraphql(strapi);
    enforceFieldPermissions(strapi, () => vaultOf(strapi).types);
  },

  async beforeSync(strapi) {
    await assertNoAnnotationLost(strapi, annotationsOf.get(strapi) ?? new Map());
  },

  async afterSync(strapi) {
    quietDatabaseErrors(strapi);
    beginAsWriter(strapi);
    await createVaultTables(strapi);
    const annotations = annotationsOf.get(strapi) ?? new Map();
    const vault = await Vault.open(strapi, readSettings(strapi), annotations);
    await guardTables(strapi, vault);
    for (const run of [vault.sealer, vault.unsealer]) runsOf(strapi).register(reportedRun(run, vault));
    vault.sealer.onDuplicates((duplicates) => reportDuplicates(strapi, duplicates));
    vault.listen({ onFailure: (failure) => alert(strapi, failure) });
    interceptLifecycles(strapi, vault);
    openMasking(strapi, vault, annotations);
    const filter = new PersonalDataFilter(vault.types, annotations);
    withholdPersonalDataFromEvents(strapi, filter);
    withholdPersonalDataFromHistory(strapi, filter);
    await bareOldVersions(strapi, filter, annotations);
    vaults.set(strapi, vault);
    for (const kind of runKinds(strapi, vault)) runsOf(strapi).register(repeated(kind));
  },

  async bootstrap(strapi) {
    const vault = vaultOf(strapi);
    await withholdSorting(strapi, vault.types);
    await indexWhatIsMissing(strapi, vault);
  },

  commands(program, context) {
    addKeyCommands(program, context, vaultOf);
    addKeyTransferCommands(program, context, (strapi) => keyTransfer(strapi, vaultOf(strapi)));
    lifeCycleCommands(program, context, vaultOf);
  },

  async destroy(strapi) {
    await vaults.get(strapi)?.close();
  },
};

function reportDuplicates(strapi: Core.Strapi, duplicates: readonly Duplicate[]): void {
  for (const { uid, attribute, documentId } of duplicates) {
    strapi.log.warn(
      `gdpr: ${uid} ${documentId} was sealed, but its "${attribute}" must be unique and an earlier record has the same.`,
    );
  }
}

/** Records that a transfer brought without their keys, which came later, are brought into the index in the background. */
async function indexWhatIsMissing(strapi: Core.Strapi, { types, indexer }: Vault): Promise<void> {
  for (const type of types.all())
    if (await indexer.lacks(type)) await runsOf(strapi).start(REBUILD_INDEX, type.uid);
}

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
