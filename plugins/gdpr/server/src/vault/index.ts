import type { Core } from '@strapi/types';

import { quietDatabaseErrors } from '../platform/database/quiet-errors';
import type { Room } from '../platform/room';
import { runsOf } from '../platform/runs';
import { readSettings } from '../platform/settings';

import { adaptRelationPicker, withholdSorting } from './content-manager';
import { enforceFieldPermissions } from './field-permissions';
import { adaptGraphql } from './graphql';
import { interceptLifecycles } from './lifecycle-interceptor';
import { bareOldVersions, withholdPersonalDataFromHistory } from './content-history';
import { withholdPersonalDataFromEvents } from './outgoing-events';
import { PersonalDataFilter } from './personal-data-filter';
import { addKeyTransferCommands, keyTransfer } from './key-transfer-commands';
import { INDEX_RECORDS } from './record-indexer';
import { installPlaintextGuard } from './plaintext-guard';
import { annotateSchemas, type Annotations } from './protected-types';
import { createVaultTables } from './tables';
import { Vault } from './vault';

export { type ViewConfiguration, viewConfigurations } from './content-manager';
export { DataKey } from './data-key';
export type { KeyName } from './envelope';
export type { ProtectedType } from './protected-types';
export { BLIND_INDEX } from './tables';
import type { OpeningFailure } from './record-opener';
export type { OpenedRecord, OpeningFailure } from './record-opener';
export { relatedId } from './subject-resolver';
export type { EmailSubjectResolver, SubjectAnswer, SubjectQuestion } from './subject-resolver';
export type { Vault, VaultListener, VaultWrite } from './vault';

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
  },

  register(strapi) {
    annotationsOf.set(strapi, annotateSchemas(strapi));
    adaptRelationPicker(strapi, () => vaultOf(strapi).types);
    adaptGraphql(strapi);
    enforceFieldPermissions(strapi, () => vaultOf(strapi).types);
  },

  async afterSync(strapi) {
    quietDatabaseErrors(strapi);
    await createVaultTables(strapi);
    const annotations = annotationsOf.get(strapi) ?? new Map();
    const vault = await Vault.open(strapi, readSettings(strapi), annotations);
    for (const type of vault.types.all()) await installPlaintextGuard(strapi, type);
    vault.listen({ onFailure: (failure) => alert(strapi, failure) });
    interceptLifecycles(strapi, vault);
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

  commands: (program, context) =>
    addKeyTransferCommands(program, context, (strapi) => keyTransfer(strapi, vaultOf(strapi))),

  destroy(strapi) {
    vaults.get(strapi)?.keys.close();
  },
};

/** Records that a transfer brought without their keys, which came later, are brought into the index in the background. */
async function indexWhatIsMissing(strapi: Core.Strapi, { types, indexer }: Vault): Promise<void> {
  const runs = runsOf(strapi);
  runs.register(indexer.run);
  for (const type of types.all()) if (await indexer.lacks(type)) await runs.start(INDEX_RECORDS, type.uid);
}

/** A record that does not open is a broken disk, a lost key, or an attack: somebody has to look. */
function alert(strapi: Core.Strapi, { uid, documentId, reason }: OpeningFailure): void {
  const record = `${uid} ${documentId ?? '(without documentId)'}`;
  strapi.log.error(`gdpr: ALERT ${reason}: the sealed record of ${record} did not open and was not shown.`);
}
