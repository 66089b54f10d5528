import { auditOf } from '../audit';
import type { Room } from '../platform/room';
import { jobsOf } from '../platform/jobs';

import { checkpointMailer } from './checkpoint-mailer';
import { outboxMessageSchema } from './content-types/outbox-message/schema';
import { sendDueMails } from './outbox';

export { enqueueMail, type Mail, type MailEvidence } from './outbox';

/** A transactional outbox: what was accepted is sent at least once. */
export const mailRoom: Room = {
  name: 'mail',
  contentTypes: { 'outbox-message': { schema: outboxMessageSchema as never } },

  bootstrap(strapi) {
    auditOf(strapi).witnesses.registerMailer(checkpointMailer(strapi));
    jobsOf(strapi).register({ name: 'outbox', runDue: () => sendDueMails(strapi) });
  },
};
