import type { Core } from '@strapi/types';

import { quietDatabaseErrors } from '../platform/database/quiet-errors';
import type { Room } from '../platform/room';
import { runsOf } from '../platform/runs';
import { readSettings } from '../platform/settings';

import { adaptRelationPicker, withholdSorting } from './content-manager';
import { adaptGraphql } from './graphql';
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
import { INDEX_RECORDS } from './record-indexer';
import { annotateSchemas, type Annotations } from './protected-types';
import { assertNoAnnotationLost, guardTables } from './protected-tables';
import type { Duplicate } from './table-sealer';
import { createVaultTables } from './tables';
import { Vault } from './vault';

export { type ViewConfiguration, viewConfigurations } from './content-manager';
export { DataKey } from './data-key';
export { DESTROYED } from './data-keys';
export { decodeEnvelope, keyName, type KeyName } from './envelope';
export { isMasked } from './masking';
export { type ProtectedType, type ProtectedTypes, SEALED } from './protected-types';
export { randomBytes } from './random';
export { openRecord, sealRecord } from './record-sealer';
export { systemKey } from './system-keys';
export { xchacha20Poly1305 } from './suites';
export { insertManyIfAbsent, insertTokensIfAbsent } from './blind-index/bulk-entries';
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
export type { Unmasking, UnmaskingDenied, Vault, VaultListener, VaultWrite } from './vault';

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
  },

  async beforeSync(strapi) {
    await assertNoAnnotationLost(strapi, annotationsOf.get(strapi) ?? new Map());
  },

  async afterSync(strapi) {
    quietDatabaseErrors(strapi);
    await createVaultTables(strapi);
    const annotations = annotationsOf.get(strapi) ?? new Map();
    const vault = await Vault.open(strapi, readSettings(strapi), annotations);
    await guardTables(strapi, vault);
    for (const run of [vault.sealer, vault.unsealer]) runsOf(strapi).register(run);
    vault.sealer.onDuplicates((duplicates) => reportDuplicates(strapi, duplicates));
    vault.listen({ onFailure: (failure) => alert(strapi, failure) });
    interceptLifecycles(strapi, vault);
    openMasking(strapi, vault, annotations);
    const filter = new PersonalDataFilter(vault.types, annotations);
    withholdPersonalDataFromEvents(strapi, filter);
    withholdPersonalDataFromHistory(strapi, filter);
    await bareOldVersions(strapi, filter, annotations);
    vaults.set(strapi, vault);
  },

  async bootstrap(strapi) {
    const vault = vaultOf(strapi);
    await withholdSorting(strapi, vault.types);
    await indexWhatIsMissing(strapi, vault);
  },

  commands(program, context) {
    addKeyTransferCommands(program, context, (strapi) => keyTransfer(strapi, vaultOf(strapi)));
    lifeCycleCommands(program, context, vaultOf);
  },

  destroy(strapi) {
    vaults.get(strapi)?.states.close();
    vaults.get(strapi)?.keys.close();
  },
};

/** Records that a transfer brought without their keys, which came later, are brought into the index in the background. */
async function indexWhatIsMissing(strapi: Core.Strapi, { types, indexer }: Vault): Promise<void> {
  const runs = runsOf(strapi);
  runs.register(indexer.run);
  for (const type of types.all()) if (await indexer.lacks(type)) await runs.start(INDEX_RECORDS, type.uid);
}

function reportDuplicates(strapi: Core.Strapi, duplicates: readonly Duplicate[]): void {
  for (const { uid, attribute, documentId } of duplicates) {
    strapi.log.warn(
      `gdpr: ${uid} ${documentId} was sealed, but its "${attribute}" must be unique and an earlier record has the same.`,
    );
  }
}

/** A record that does not open is a broken disk, a lost key, or an attack: somebody has to look. */
function alert(strapi: Core.Strapi, { uid, documentId, reason }: OpeningFailure): void {
  const record = `${uid} ${documentId ?? '(without documentId)'}`;
  strapi.log.error(`gdpr: ALERT ${reason}: the sealed record of ${record} did not open and was not shown.`);
}
