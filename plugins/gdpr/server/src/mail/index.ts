import { auditOf } from '../audit';
import { jobsOf } from '../platform/jobs';
import type { Room } from '../platform/room';
import { readSettings } from '../platform/settings';

import { checkpointMailer } from './checkpoint-mailer';
import { mailCommands } from './commands';
import { outboxMessageSchema } from './content-types/outbox-message/schema';
import { feedbackController } from './feedback/controller';
import { lookIntoMailbox } from './feedback/mailbox-job';
import { sendDueMails } from './outbox';

export { type Complaint } from './feedback/feedback';
export { feedbackOf } from './feedback/feedback-of';
export { enqueueMail, type Mail, type MailEvidence } from './outbox';

/** A transactional outbox: what was accepted is sent at least once. And what comes back about it. */
export const mailRoom: Room = {
  name: 'mail',
  contentTypes: { 'outbox-message': { schema: outboxMessageSchema as never } },
  controllers: { 'mail-feedback': feedbackController },
  contentApiRoutes: [
    { method: 'POST', path: '/mail/feedback', handler: 'mail-feedback.report', config: { auth: false } },
  ],
  commands: mailCommands,

  bootstrap(strapi) {
    auditOf(strapi).witnesses.registerMailer(checkpointMailer(strapi));
    jobsOf(strapi).register({ name: 'outbox', runDue: () => sendDueMails(strapi) });
    const { feedbackMailbox } = readSettings(strapi).mail;
    if (feedbackMailbox === undefined) return;
    jobsOf(strapi).register({
      name: 'mail-feedback',
      runDue: () => lookIntoMailbox(strapi, feedbackMailbox),
    });
  },
};
