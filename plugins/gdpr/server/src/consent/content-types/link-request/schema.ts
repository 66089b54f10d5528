import { personalData } from '../../../platform/personal-data';

export const linkRequestSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_link_requests',
  info: {
    singularName: 'link-request',
    pluralName: 'link-requests',
    displayName: 'Link request',
    description:
      'Somebody who asked for the link to their choices. Their address is encrypted, and soon forgotten.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { id: 'subjectId' } },
    'content-manager': { visible: false },
    'content-type-builder': { visible: false },
  },
  indexes: [
    { name: 'gdpr_link_request_due', columns: ['state', 'next_attempt_at'] },
    { name: 'gdpr_link_request_subject', columns: ['subject_id', 'received_at'] },
  ],
  attributes: {
    state: { type: 'enumeration', enum: ['received', 'settled'], required: true },
    subjectId: { type: 'string' },
    language: { type: 'string', required: true },
    receivedAt: { type: 'biginteger', required: true },
    nextAttemptAt: { type: 'biginteger' },
    leaseUntil: { type: 'biginteger' },
    leaseHolder: { type: 'string' },
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress') },
  },
} as const;
