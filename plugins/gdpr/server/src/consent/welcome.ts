import type { Core } from '@strapi/types';

import { readSettings } from '../platform/settings';

import { type Purpose, textOf } from '../lawfulness';
import { enqueueMail } from '../mail';
import { ensureContact } from '../people';

import { mailLinks, unsubscribeHeaders } from './links';
import { renderWelcomeMail } from './mails';
import type { OptIn } from './opt-ins';

interface Welcome {
  readonly optIn: OptIn;
  readonly subjectId: string;
  readonly email: string;
  readonly purposes: readonly Purpose[];
  /** Somebody else who is told instead: the guardian who agreed, and who may withdraw. */
  readonly copyTo?: { readonly subjectId: string; readonly recipient: string };
}

/** What follows when consent has come into force: the contact, and a mail that carries the way out. */
export async function welcome(
  strapi: Core.Strapi,
  { optIn, subjectId, email, purposes, copyTo }: Welcome,
): Promise<void> {
  const { language, firstName, lastName } = optIn;
  await ensureContact(strapi, {
    email: optIn.email ?? email,
    ...(firstName === null ? {} : { firstName }),
    ...(lastName === null ? {} : { lastName }),
    preferredLanguage: language,
    source: 'subscription',
  });
  const { controller } = readSettings(strapi);
  const recipient = copyTo ?? { subjectId, recipient: email };
  for (const purpose of purposes) {
    const links = await mailLinks(strapi, { subjectId, email, purpose: purpose.slug, language });
    const mail = renderWelcomeMail(language, {
      controller: controller.name,
      purposes: [textOf(purpose, language).name],
      links,
    });
    await enqueueMail(strapi, { kind: 'welcome', ...recipient, ...mail, headers: unsubscribeHeaders(links) });
  }
}
