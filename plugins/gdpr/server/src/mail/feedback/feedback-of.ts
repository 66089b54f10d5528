import type { Core } from '@strapi/types';

import { MailFeedback } from './feedback';

const instances = new WeakMap<Core.Strapi, MailFeedback>();

/** What comes back about the mails of this Strapi instance. */
export function feedbackOf(strapi: Core.Strapi): MailFeedback {
  let feedback = instances.get(strapi);
  if (feedback === undefined) {
    feedback = new MailFeedback(strapi);
    instances.set(strapi, feedback);
  }
  return feedback;
}
