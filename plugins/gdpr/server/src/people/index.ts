import { factories } from '@strapi/strapi';

import { auditOf } from '../audit';
import { normaliseEmail } from '../platform/email-address';
import type { Room } from '../platform/room';
import { vaultOf } from '../vault';

import { contactSchema } from './content-types/contact/schema';
import { dataSubjectSchema } from './content-types/data-subject/schema';
import { leadSchema } from './content-types/lead/schema';
import { peopleController } from './controller';
import { CONTACT, convertLead, ensureContact, ensureDataSubject, findDataSubject, LEAD } from './people';
import { withholdDefaultPermissions } from './default-permissions';
import { acceptRelationInput } from './relation-input';
import { adminRoutes, contentApiRoutes } from './routes';
import { DataSubjects, EMAIL_KEY } from './data-subjects';
import { createEmailResolver } from './subject-by-email';
import { createEmailBatchResolver } from './subjects-by-email';
import { refuseTakenAddresses } from './unique-address';
import { arrangeViews } from './views';

export type { DataSubjectRef } from './data-subjects';
export { normaliseEmail } from '../platform/email-address';
export {
  convertLead,
  ensureContact,
  ensureDataSubject,
  findDataSubject,
  lockDataSubject,
  preferLanguage,
} from './people';

/** Leads, contacts, and the data subjects behind them. */
export const peopleRoom: Room = {
  name: 'people',
  contentTypes: {
    lead: { schema: leadSchema as never },
    contact: { schema: contactSchema as never },
    'data-subject': { schema: dataSubjectSchema as never },
  },
  controllers: {
    lead: factories.createCoreController(LEAD as never) as never,
    contact: factories.createCoreController(CONTACT as never) as never,
    people: peopleController,
  },
  services: {
    lead: factories.createCoreService(LEAD as never),
    contact: factories.createCoreService(CONTACT as never),
    people: ({ strapi }) => ({
      ensureDataSubject: (email: string) => ensureDataSubject(strapi, email),
      findDataSubject: (email: string) => findDataSubject(strapi, email),
      ensureContact: (person: Parameters<typeof ensureContact>[1]) => ensureContact(strapi, person),
      convertLead: (documentId: string) => convertLead(strapi, documentId),
    }),
  },
  contentApiRoutes,
  adminRoutes,

  async bootstrap(strapi) {
    await arrangeViews(strapi);
    await withholdDefaultPermissions(strapi);
  },

  afterSync(strapi) {
    const vault = vaultOf(strapi);
    vault.subjects.registerEmailResolver(createEmailResolver(strapi, vault));
    vault.subjects.registerEmailBatchResolver(
      createEmailBatchResolver(strapi, vault),
      (value) => typeof value === 'string' && normaliseEmail(value) !== null,
    );
    acceptRelationInput(strapi);
    const subjects = new DataSubjects(strapi);
    refuseTakenAddresses(strapi, subjects);
    auditOf(strapi).registerPersons(async (email) => (await subjects.find(email))?.documentId ?? null);
    // An address can change by any path; its unique key always follows it.
    vault.subjects.registerSelfAssigner(({ values }) =>
      subjects.emailKeys(typeof values['email'] === 'string' ? values['email'] : null),
    );
    vault.index.keyedColumns.push(EMAIL_KEY);
  },
};
