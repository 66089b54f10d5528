import { personalData } from '../../../platform/personal-data';

/** What a link opens; a token of one use is unknown to every other. */
export const TOKEN_USES = ['unsubscribe', 'preferences'] as const;
export type TokenUse = (typeof TOKEN_USES)[number];

export const subjectTokenSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_subject_tokens',
  info: {
    singularName: 'subject-token',
    pluralName: 'subject-tokens',
    displayName: 'Subject token',
    description:
      'Long-lived links of a person, such as unsubscribe: found by hash, kept sealed for later mails.',
  },
  options: { draftAndPublish: false },
  pluginOptions: {
    gdpr: { subject: { id: 'subjectId' } },
    'content-manager': { visible: false },
    'content-type-builder': { visible: false },
  },
  indexes: [
    { name: 'gdpr_subject_token_hash', columns: ['token_hash'] },
    { name: 'gdpr_subject_token_subject', columns: ['subject_id', 'purpose'] },
  ],
  attributes: {
    use: { type: 'enumeration', enum: [...TOKEN_USES], required: true },
    subjectId: { type: 'string', required: true },
    // None for a link that is not about one purpose.
    purpose: { type: 'string' },
    language: { type: 'string', required: true },
    tokenHash: { type: 'string', required: true },
    email: { type: 'email', pluginOptions: personalData('pd:EmailAddress') },
    token: { type: 'string', pluginOptions: personalData('pd:Identifying') },
  },
} as const;
