import type { ParsedMail } from 'mailparser';

import type { TestStrapi } from './strapi';

/** What browsers send when somebody opens a page or sends a form. */
export const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'User-Agent': 'Mozilla/5.0' };

/** A purpose with texts in two languages. */
export async function createPurpose(
  app: TestStrapi,
  slug: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const texts = {
    en: { name: `The ${slug}`, consent: `I agree to the ${slug}.` },
    de: { name: `Das ${slug}`, consent: `Ich willige in ${slug} ein.` },
  };
  await app.strapi.db.query('plugin::gdpr.purpose').create({
    data: { slug, name: slug, lawfulBasis: 'consent', doubleOptIn: true, active: true, texts, ...settings },
  });
}

export const mailsTo = (app: TestStrapi, email: string): ParsedMail[] =>
  app.mailbox.messages.filter(({ to }: any) => to.text === email);

/** The path of the newest link of this kind in somebody's mails. */
export function linkTo(
  app: TestStrapi,
  email: string,
  kind: 'subscriptions/confirm' | 'unsubscribe' | 'preferences',
): string {
  const links = mailsTo(app, email).flatMap(({ text }) => text?.match(/https?:\S+/g) ?? []);
  const link = links.filter((one) => one.includes(`/${kind}/`)).at(-1);
  if (link === undefined) throw new Error(`There is no ${kind} link in the mails.`);
  return new URL(link).pathname;
}

/** Subscribes, confirms, and leaves the welcome mail in the mailbox. */
export async function subscribed(
  app: TestStrapi,
  email: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await app
    .http()
    .post('/api/gdpr/subscriptions')
    .send({ email, purposes: ['newsletter'], locale: 'en', ...body })
    .expect(202);
  await app.drain();
  await app
    .http()
    .post(linkTo(app, email, 'subscriptions/confirm'))
    .expect(200);
  await app.drain();
}

/** The ledger of an address, oldest first. */
export async function ledgerOf(app: TestStrapi, email: string): Promise<any[]> {
  return app.strapi.db
    .query('plugin::gdpr.consent-record')
    .findMany({ where: { email }, orderBy: { id: 'asc' } });
}

export const allowed = async (app: TestStrapi, email: string, purpose = 'newsletter'): Promise<boolean> =>
  (await app.strapi.plugin('gdpr').service<any>('processing').check({ email, purpose })).allowed;
