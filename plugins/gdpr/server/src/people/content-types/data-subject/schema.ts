import { personalData } from '../../../platform/personal-data';

export const dataSubjectSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_data_subjects',
  info: {
    singularName: 'data-subject',
    pluralName: 'data-subjects',
    displayName: 'Data subject',
    description: 'The person behind leads, contacts and other records: consents, requests and keys hang on it.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { self: true } },
    // Data subjects come and go with the records that are theirs; nobody edits them by hand.
    'content-type-builder': { visible: false },
  },
  attributes: {
    email: { type: 'email', unique: true, pluginOptions: personalData('pd:EmailAddress', 'exact') },
    leads: {
      type: 'relation',
      relation: 'oneToMany',
      target: 'plugin::gdpr.lead',
      mappedBy: 'dataSubject',
    },
    contacts: {
      type: 'relation',
      relation: 'oneToMany',
      target: 'plugin::gdpr.contact',
      mappedBy: 'dataSubject',
    },
  },
} as const;
