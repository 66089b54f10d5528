export const LAWFUL_BASES = [
  'consent',
  'contract',
  'legal-obligation',
  'vital-interests',
  'public-task',
  'legitimate-interests',
] as const;
export type LawfulBasis = (typeof LAWFUL_BASES)[number];

export const purposeSchema = {
  kind: 'collectionType',
  collectionName: 'gdpr_purposes',
  info: {
    singularName: 'purpose',
    pluralName: 'purposes',
    displayName: 'Purpose',
    description: 'What personal data is used for, and by which of the six lawful bases (Art. 6(1) GDPR).',
  },
  options: { draftAndPublish: false },
  attributes: {
    name: { type: 'string', required: true },
    slug: { type: 'uid', targetField: 'name', required: true },
    lawfulBasis: { type: 'enumeration', enum: [...LAWFUL_BASES], required: true },
    doubleOptIn: { type: 'boolean', default: true, required: true },
    active: { type: 'boolean', default: true, required: true },
    // Offered directly to children (Art. 8): who asks says whether they are of age, and a child needs a guardian.
    askAge: { type: 'boolean', default: false },
    // Sale, sharing or cross-site advertising: what a Global Privacy Control signal refuses.
    soldOrShared: { type: 'boolean', default: false },
    retentionDays: { type: 'integer', min: 1 },
    texts: { type: 'json' },
  },
} as const;
