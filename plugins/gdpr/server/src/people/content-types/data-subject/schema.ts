import { personalData } from '../../../platform/personal-data';

export const dataSubjectSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_data_subjects',
  info: {
    singularName: 'data-subject',
    pluralName: 'data-subjects',
    displayName: 'Data subject',
    description:
      'The person behind leads, contacts and other records: consents, requests and keys hang on it.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { self: true } },
    // Data subjects come and go with the records that are theirs; nobody edits them by hand.
    'content-type-builder': { visible: false },
  },
  indexes: [
    { name: 'gdpr_data_subjects_email_key', columns: ['email_key'], type: 'unique' },
    { name: 'gdpr_data_subjects_email_key_even', columns: ['email_key_even'], type: 'unique' },
  ],
  config: { attributes: { emailKey: { hidden: true }, emailKeyEven: { hidden: true } } },
  attributes: {
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress', 'exact') },
    // Keyed hash of the normalised address: the database itself lets no second data subject have it.
    // One column for odd and one for even generations of the index key (data-subjects.ts).
    emailKey: { type: 'string', private: true, configurable: false, visible: false, searchable: false },
    emailKeyEven: { type: 'string', private: true, configurable: false, visible: false, searchable: false },
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
