import { LANGUAGES } from '../../../platform/languages';
import { personalData } from '../../../platform/personal-data';

export const contactSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_contacts',
  info: {
    singularName: 'contact',
    pluralName: 'contacts',
    displayName: 'Contact',
    description: 'A person you deal with. Names, addresses and notes are encrypted at rest.',
  },
  options: { draftAndPublish: false },
  pluginOptions: { gdpr: { subject: { email: 'email' } } },
  attributes: {
    salutation: { type: 'string' },
    firstName: { type: 'string', pluginOptions: personalData('pd:FirstName', 'exact') },
    lastName: { type: 'string', pluginOptions: personalData('pd:LastName', 'prefix') },
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress', 'exact') },
    phone: { type: 'string', pluginOptions: personalData('pd:TelephoneNumber', 'exact') },
    mobile: { type: 'string', pluginOptions: personalData('pd:TelephoneNumber', 'exact') },
    street: { type: 'string', pluginOptions: personalData('pd:PhysicalAddress') },
    postalCode: { type: 'string', pluginOptions: personalData('pd:PhysicalAddress') },
    city: { type: 'string', pluginOptions: personalData('pd:City') },
    country: { type: 'string' },
    dateOfBirth: { type: 'date', pluginOptions: personalData('pd:BirthDate') },
    jobTitle: { type: 'string', pluginOptions: personalData('pd:JobTitle') },
    company: { type: 'string' },
    notes: { type: 'text', pluginOptions: personalData('pd:Communication') },
    source: { type: 'string' },
    preferredLanguage: { type: 'enumeration', enum: [...LANGUAGES] },
    dataSubject: {
      type: 'relation',
      relation: 'manyToOne',
      target: 'plugin::gdpr.data-subject',
      inversedBy: 'contacts',
      useJoinTable: false,
    },
  },
} as const;
