import type { Core } from '@strapi/types';

import { quietDatabaseErrors } from '../platform/database/quiet-errors';
import type { Room } from '../platform/room';
import { readSettings } from '../platform/settings';

import { adaptRelationPicker, withholdSorting } from './content-manager';
import { interceptLifecycles } from './lifecycle-interceptor';
import { installPlaintextGuard } from './plaintext-guard';
import { annotateSchemas, type Annotations } from './protected-types';
import { createVaultTables } from './tables';
import { Vault } from './vault';

export { type ViewConfiguration, viewConfigurations } from './content-manager';
export { DataKey } from './data-key';
export { DESTROYED } from './data-keys';
export { decodeEnvelope, keyName, type KeyName } from './envelope';
export { type ProtectedType, SEALED } from './protected-types';
export { randomBytes } from './random';
export { keyNameOf, openRecord, sealRecord } from './record-sealer';
export { systemKey } from './system-keys';
export { xchacha20Poly1305 } from './suites';
export { BLIND_INDEX } from './tables';
import type { OpeningFailure } from './record-opener';
export type { OpenedRecord, OpeningFailure } from './record-opener';
export { relatedId } from './subject-resolver';
export type { EmailSubjectResolver, SubjectAnswer, SubjectQuestion } from './subject-resolver';
export type { Vault, VaultListener, VaultWrite } from './vault';
export type { ProtectedTypes } from './protected-types';

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
  services: { vault: ({ strapi }) => ({ of: () => vaultOf(strapi) }) },

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
  },

  async bootstrap(strapi) {
    await withholdSorting(strapi, vaultOf(strapi).types);
  },

  destroy(strapi) {
    vaults.get(strapi)?.keys.close();
  },
};

/** A record that does not open is a broken disk, a lost key, or an attack: somebody has to look. */
function alert(strapi: Core.Strapi, { uid, documentId, reason }: OpeningFailure): void {
  const record = `${uid} ${documentId ?? '(without documentId)'}`;
  strapi.log.error(`gdpr: ALERT ${reason}: the sealed record of ${record} did not open and was not shown.`);
}
