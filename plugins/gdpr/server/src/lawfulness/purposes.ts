import type { Core } from '@strapi/types';

import { type Language, LANGUAGES } from '../platform/languages';

import type { LawfulBasis } from './content-types/purpose/schema';

export const PURPOSE = 'plugin::gdpr.purpose';

/** What a person reads when asked to agree, in one language. */
export interface PurposeText {
  readonly name: string;
  /** The complete sentence of consent: what is agreed to, by whom, and that it can be withdrawn. */
  readonly consent: string;
}

export interface Purpose {
  readonly slug: string;
  readonly name: string;
  readonly lawfulBasis: LawfulBasis;
  readonly doubleOptIn: boolean;
  readonly active: boolean;
  /** Offered directly to children (Art. 8). `null` for a purpose that is older than the question. */
  readonly askAge: boolean | null;
  /** Sale, sharing or cross-site advertising, which Global Privacy Control refuses. */
  readonly soldOrShared: boolean | null;
  readonly texts: Partial<Record<Language, PurposeText>> | null;
}

export async function findPurposes(strapi: Core.Strapi, slugs: readonly string[]): Promise<Purpose[]> {
  return (await strapi.db
    .query(PURPOSE)
    .findMany({ where: { slug: { $in: [...slugs] }, active: true } })) as Purpose[];
}

/** The active purposes that people agree to, by name. */
export async function consentPurposes(strapi: Core.Strapi): Promise<Purpose[]> {
  return (await strapi.db.query(PURPOSE).findMany({
    where: { active: true, lawfulBasis: 'consent' },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  })) as Purpose[];
}

/** The text shown for a purpose; a purpose without texts is described by its name. */
export function textOf(purpose: Purpose, language: Language): PurposeText {
  const text = purpose.texts?.[language] ?? purpose.texts?.en;
  return text ?? { name: purpose.name, consent: purpose.name };
}

const NEWSLETTER: Record<Language, PurposeText> = {
  en: {
    name: 'Newsletter',
    consent:
      'I agree to receive the newsletter by e-mail. I can withdraw this consent at any time by the link in each mail.',
  },
  de: {
    name: 'Newsletter',
    consent:
      'Ich willige ein, den Newsletter per E-Mail zu erhalten. Ich kann diese Einwilligung jederzeit über den Link in jeder E-Mail widerrufen.',
  },
  fr: {
    name: 'Lettre d’information',
    consent:
      'J’accepte de recevoir la lettre d’information par e-mail. Je peux retirer ce consentement à tout moment par le lien figurant dans chaque e-mail.',
  },
  es: {
    name: 'Boletín',
    consent:
      'Acepto recibir el boletín por correo electrónico. Puedo retirar este consentimiento en cualquier momento con el enlace de cada correo.',
  },
};

/** Seeds the newsletter, once: a project that deletes it does not get it back. */
export async function seedPurposes(strapi: Core.Strapi): Promise<void> {
  const store = strapi.store({ type: 'plugin', name: 'gdpr', key: 'seeded-purposes' });
  if ((await store.get({})) !== null) return;
  const query = strapi.db.query(PURPOSE);
  if ((await query.count({ where: { slug: 'newsletter' } })) === 0) {
    const texts = Object.fromEntries(LANGUAGES.map((language) => [language, NEWSLETTER[language]]));
    await query.create({
      data: {
        slug: 'newsletter',
        name: 'Newsletter',
        lawfulBasis: 'consent',
        doubleOptIn: true,
        active: true,
        texts,
      },
    });
  }
  await store.set({ value: true });
}
