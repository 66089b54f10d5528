import { LANGUAGES } from '../../../platform/languages';
import { personalData } from '../../../platform/personal-data';

export const leadSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_leads',
  info: {
    singularName: 'lead',
    pluralName: 'leads',
    displayName: 'Lead',
    description: 'Somebody who may become a contact. Names, addresses and messages are encrypted at rest.',
  },
  options: { draftAndPublish: false },
  pluginOptions: { gdpr: { subject: { email: 'email' } } },
  attributes: {
    firstName: { type: 'string', pluginOptions: personalData('pd:FirstName', 'exact') },
    lastName: { type: 'string', pluginOptions: personalData('pd:LastName', 'prefix') },
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress', 'exact') },
    phone: { type: 'string', pluginOptions: personalData('pd:TelephoneNumber', 'exact') },
    company: { type: 'string' },
    jobTitle: { type: 'string', pluginOptions: personalData('pd:JobTitle') },
    website: { type: 'string' },
    message: { type: 'text', pluginOptions: personalData('pd:Communication') },
    source: { type: 'string' },
    leadStatus: {
      type: 'enumeration',
      enum: ['new', 'contacted', 'qualified', 'converted', 'lost'],
      default: 'new',
    },
    country: { type: 'string' },
    preferredLanguage: { type: 'enumeration', enum: [...LANGUAGES] },
    dataSubject: {
      type: 'relation',
      relation: 'manyToOne',
      target: 'plugin::gdpr.data-subject',
      inversedBy: 'leads',
      useJoinTable: false,
    },
    convertedContact: {
      type: 'relation',
      relation: 'oneToOne',
      target: 'plugin::gdpr.contact',
      useJoinTable: false,
    },
  },
} as const;
