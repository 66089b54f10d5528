import type { Core } from '@strapi/types';

import { GdprError } from '../platform/errors';
import { jobsOf } from '../platform/jobs';
import type { Room } from '../platform/room';
import { runsOf } from '../platform/runs';
import { readSettings } from '../platform/settings';
import { vaultOf } from '../vault';

import { Audit } from './audit';
import { auditOf, openAudit, openedAudit } from './audit-of';
import { auditCommands } from './commands';
import { auditController } from './controller';
import { recordGraphqlDenials } from './recorder/graphql-denials';
import { recordPermissionChanges } from './recorder/permission-changes';
import { recordRequests } from './recorder/requests';
import { recordTransactions } from './recorder/transactions';
import { adminActions, adminRoutes, contentApiRoutes } from './routes';
import { recordChangedSettings } from './settings-changes';
import { retentionJob } from './store/retention';
import { createAuditTables } from './store/tables';

export { auditOf } from './audit-of';
export type { Audit } from './audit';
export type { StoredCheckpoint } from './store/checkpoints';
export type { FindsDisclosures, PersonView } from './trail/person-view';
export type { Disclosure, RecipientCategory } from './trail/recipients';
export type { HoldsSubjects } from './store/pruning';
export type { CheckpointMailer, MailWitness } from './store/witnesses';

const WRITE_ACTIONS = ['create', 'update', 'delete', 'clone', 'publish', 'unpublish', 'discardDraft'];

/** Who saw and who changed personal data, in a log that nobody can change unnoticed. */
export const auditRoom: Room = {
  name: 'audit',
  services: { audit: ({ strapi }) => serviceOf(strapi) },
  controllers: { audit: auditController },
  contentApiRoutes,
  adminRoutes,
  adminActions,
  commands: auditCommands,

  register(strapi) {
    recordRequests(strapi, () => openedAudit(strapi));
    recordGraphqlDenials(strapi, () => {
      const audit = openedAudit(strapi);
      return audit === undefined ? undefined : { denials: audit.denials, types: vaultOf(strapi).types };
    });
  },

  async afterSync(strapi) {
    await createAuditTables(strapi);
    const vault = vaultOf(strapi);
    const audit = new Audit(strapi, vault, readSettings(strapi));
    const { recorder } = audit;
    for (const { id, type, attributes } of await audit.schemas.store()) {
      const details = { schema: id, type, attributes: [...attributes] };
      await recorder.record({ action: 'schema', details });
    }
    recordTransactions(strapi, recorder);
    strapi.documents.use((context, next) =>
      WRITE_ACTIONS.includes(context.action) && vault.types.reaches(context.uid)
        ? recorder.inWriteAction(context.action, next)
        : next(),
    );
    vault.listen({
      onRead: ({ records }) => recorder.onRead(records),
      onWrite: (write) => recorder.onWrite(write),
      onTransfer: (event) => recorder.onTransfer(event),
      onFailure: (failure) => recorder.onFailure(failure),
      onUnmask: (event) => audit.recordUnmask(event),
      onDenied: (event) => audit.recordDenied(event),
      onKeyOperation: async (event) => {
        await audit.recordKeyOperation(event);
        // Whose the records are that a data transfer brought before, their keys tell now.
        if (event.operation === 'keys-imported') await audit.directory.learnSubjects();
      },
    });
    recordPermissionChanges(strapi, recorder, vault.types);
    openAudit(strapi, audit);
  },

  async bootstrap(strapi) {
    const audit = auditOf(strapi);
    await recordChangedSettings(strapi, audit);
    let reported = false;
    jobsOf(strapi).register({
      name: 'audit-sealer',
      async runDue() {
        try {
          return await audit.sealer.run();
        } catch (error) {
          if (!(error instanceof GdprError) || error.code !== 'audit-log-broken') throw error;
          // Once: the log will not mend itself, and what goes on being recorded waits in the queue.
          if (!reported) {
            reported = true;
            strapi.log.error(`gdpr: ALERT ${error.message}`);
            await audit.recorder.record({ action: 'tampering', details: { reason: error.code } });
          }
          return 0;
        }
      },
    });
    jobsOf(strapi).register(retentionJob(runsOf(strapi), readSettings(strapi).audit.retention));
    jobsOf(strapi).register({ name: 'audit-witnesses', runDue: () => audit.witnesses.deliver() });
  },

  async destroy(strapi) {
    await openedAudit(strapi)
      ?.denials.settle()
      .catch(() => undefined);
  },
};

/** What a project's code gets by `strapi.plugin('gdpr').service('audit')`. */
function serviceOf(strapi: Core.Strapi): object {
  return {
    of: () => auditOf(strapi),
    withPurpose: <T>(purpose: string, work: () => T): T => auditOf(strapi).withPurpose(purpose, work),
    runAs: <T>(name: string, work: () => T): T => auditOf(strapi).runAs({ kind: 'script', name }, work),
    recipientsOf: (person: string, options?: { readonly naming?: boolean }) =>
      auditOf(strapi).recipientsOf(person, options),
    asExport: <T>(name: string, work: () => Promise<T>): Promise<T> => auditOf(strapi).asExport(name, work),
  };
}
