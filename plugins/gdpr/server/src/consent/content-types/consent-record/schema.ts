import { personalData } from '../../../platform/personal-data';

export const CONSENT_EVENTS = ['granted', 'confirmed', 'withdrawn', 'expired', 'refused'] as const;
export type ConsentEvent = (typeof CONSENT_EVENTS)[number];

/**
 * The ledger (Art. 7(1)). Append-only in the database, so it has no relation that a deletion would change: the data
 * subject stands in a plain column.
 */
export const consentRecordSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_consent_records',
  info: {
    singularName: 'consent-record',
    pluralName: 'consent-records',
    displayName: 'Consent record',
    description: 'What was agreed to, refused or withdrawn, with its evidence. Append-only.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { id: 'subjectId' } },
    'content-manager': { visible: false },
    'content-type-builder': { visible: false },
  },
  indexes: [{ name: 'gdpr_consent_subject', columns: ['subject_id', 'purpose'] }],
  attributes: {
    event: { type: 'enumeration', enum: [...CONSENT_EVENTS], required: true },
    subjectId: { type: 'string', required: true },
    purpose: { type: 'string', required: true },
    occurredAt: { type: 'datetime', required: true },
    method: { type: 'string', required: true },
    language: { type: 'string' },
    policyVersion: { type: 'string' },
    textHash: { type: 'string' },
    textShown: { type: 'text' },
    messageId: { type: 'string' },
    bodyHash: { type: 'string' },
    tokenHash: { type: 'string' },
    optInId: { type: 'string' },
    // The data subject who agreed for a child (Art. 8(1)).
    guardianId: { type: 'string' },
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress', 'exact') },
    formUrl: { type: 'text', pluginOptions: personalData('pd:Communication') },
    ip: { type: 'string', pluginOptions: personalData('pd:IPAddress') },
    userAgent: { type: 'text', pluginOptions: personalData('pd:UserAgent') },
  },
} as const;
