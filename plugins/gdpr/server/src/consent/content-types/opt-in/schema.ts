import { personalData } from '../../../platform/personal-data';

export const optInSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_opt_ins',
  info: {
    singularName: 'opt-in',
    pluralName: 'opt-ins',
    displayName: 'Opt-in',
    description: 'A subscription on its way: received, mailed, confirmed. What the person said is encrypted.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { id: 'subjectId' } },
    'content-manager': { visible: false },
    'content-type-builder': { visible: false },
  },
  indexes: [
    { name: 'gdpr_opt_in_due', columns: ['state', 'next_attempt_at'] },
    { name: 'gdpr_opt_in_token', columns: ['token_hash'] },
    { name: 'gdpr_opt_in_subject', columns: ['subject_id', 'received_at'] },
  ],
  attributes: {
    // "settled" is every end that leads to no mail: already confirmed, a mail just sent, too many asked for.
    state: { type: 'enumeration', enum: ['received', 'mailed', 'confirmed', 'settled'], required: true },
    // Whose click confirms: the person's own, or that of a child's guardian.
    confirmer: { type: 'enumeration', enum: ['self', 'guardian'], default: 'self' },
    // Whether the browser sent a Global Privacy Control signal.
    privacyControl: { type: 'boolean', default: false },
    subjectId: { type: 'string' },
    purposes: { type: 'json', required: true },
    language: { type: 'string', required: true },
    receivedAt: { type: 'biginteger', required: true },
    expiresAt: { type: 'biginteger' },
    tokenHash: { type: 'string' },
    nextAttemptAt: { type: 'biginteger' },
    leaseUntil: { type: 'biginteger' },
    leaseHolder: { type: 'string' },
    remindedAt: { type: 'biginteger' },
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress') },
    guardianEmail: { type: 'email', pluginOptions: personalData('pd:Parent') },
    // Kept, sealed, only where a reminder is to carry the same link.
    token: { type: 'string', pluginOptions: personalData('pd:Identifying') },
    firstName: { type: 'string', pluginOptions: personalData('pd:FirstName') },
    lastName: { type: 'string', pluginOptions: personalData('pd:LastName') },
    formUrl: { type: 'text', pluginOptions: personalData('pd:Communication') },
    ip: { type: 'string', pluginOptions: personalData('pd:IPAddress') },
    userAgent: { type: 'text', pluginOptions: personalData('pd:UserAgent') },
  },
} as const;
