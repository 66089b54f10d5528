import type { Core } from '@strapi/types';

import { readSettings } from '../platform/settings';

import { type Purpose, textOf } from '../lawfulness';
import { enqueueMail } from '../mail';
import { ensureContact } from '../people';

import { renderWelcomeMail } from './opt-in-mail';
import type { OptIn } from './opt-ins';
import { publicLink } from './public-link';
import { unsubscribeToken } from './unsubscribe';

/** What follows when consent has come into force: the contact, and a mail that carries the way out. */
export async function welcome(
  strapi: Core.Strapi,
  {
    optIn,
    subjectId,
    email,
    purposes,
  }: { optIn: OptIn; subjectId: string; email: string; purposes: readonly Purpose[] },
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
  for (const purpose of purposes) {
    const token = await unsubscribeToken(strapi, { subjectId, email, purpose: purpose.slug, language });
    const unsubscribeLink = publicLink(strapi, `/unsubscribe/${token}`);
    const mail = renderWelcomeMail(language, {
      controller: controller.name,
      purposes: [textOf(purpose, language).name],
      unsubscribeLink,
    });
    await enqueueMail(strapi, {
      kind: 'welcome',
      subjectId,
      recipient: email,
      ...mail,
      // RFC 8058: one click, by POST, without a page in between.
      headers: {
        'List-Unsubscribe': `<${unsubscribeLink}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    });
  }
}
