import { personalData } from '../../../platform/personal-data';

export const outboxMessageSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_outbox_messages',
  info: {
    singularName: 'outbox-message',
    pluralName: 'outbox-messages',
    displayName: 'Outbox message',
    description: 'A mail that was accepted for sending. What it says and to whom is encrypted.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { id: 'subjectId' } },
    'content-manager': { visible: false },
    'content-type-builder': { visible: false },
  },
  indexes: [
    { name: 'gdpr_outbox_due', columns: ['state', 'next_attempt_at'] },
    { name: 'gdpr_outbox_message_id', columns: ['message_id'] },
  ],
  attributes: {
    state: { type: 'enumeration', enum: ['pending', 'sent', 'failed'], required: true, default: 'pending' },
    kind: { type: 'string', required: true },
    subjectId: { type: 'string' },
    messageId: { type: 'string', required: true },
    attempts: { type: 'integer', required: true, default: 0 },
    nextAttemptAt: { type: 'biginteger' },
    leaseUntil: { type: 'biginteger' },
    leaseHolder: { type: 'string' },
    sentAt: { type: 'biginteger' },
    failure: { type: 'string' },
    // Enhanced status code (RFC 3463) with which it came back, when that says that the address is dead.
    bounce: { type: 'string' },
    bouncedAt: { type: 'biginteger' },
    recipient: { type: 'email', pluginOptions: personalData('pd:EmailAddress', 'exact') },
    subjectLine: { type: 'string', pluginOptions: personalData('pd:Communication') },
    text: { type: 'text', pluginOptions: personalData('pd:Communication') },
    html: { type: 'text', pluginOptions: personalData('pd:Communication') },
    headers: { type: 'json', pluginOptions: personalData('pd:Communication') },
  },
} as const;
