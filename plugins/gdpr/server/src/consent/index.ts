import type { Core } from '@strapi/types';

import { installAppendOnlyGuard } from '../platform/database/append-only';
import { sameRow } from '../platform/database/same-row';
import { jobsOf } from '../platform/jobs';
import type { Room } from '../platform/room';

import { type ConsentEvidence, gateOf, type Person } from '../lawfulness';
import { feedbackOf } from '../mail';
import { vaultOf } from '../vault';
import { findDataSubject, normaliseEmail } from '../people';

import { forgetGuardians } from './children/guardian';
import { withdrawForComplaint } from './complaints';
import { consentRecordSchema } from './content-types/consent-record/schema';
import { linkRequestSchema } from './content-types/link-request/schema';
import { optInSchema } from './content-types/opt-in/schema';
import { subjectTokenSchema } from './content-types/subject-token/schema';
import { consentController } from './controller';
import { formController } from './form/controller';
import { CONSENT_RECORD, currentConsent } from './ledger';
import { processReceived } from './opt-ins';
import { preferencesController } from './preferences/controller';
import { processLinkRequests } from './preferences/link-requests';
import { remind } from './reminders';
import { contentApiRoutes } from './routes';

export {
  type PreferenceHolder,
  type PreferenceLink,
  registerPreferenceLinks,
} from './preferences/extensions';

/** Consent by double opt-in: an append-only ledger, the mails and pages around it, and the way out. */
export const consentRoom: Room = {
  name: 'consent',
  contentTypes: {
    'consent-record': { schema: consentRecordSchema as never },
    'opt-in': { schema: optInSchema as never },
    'link-request': { schema: linkRequestSchema as never },
    'subject-token': { schema: subjectTokenSchema as never },
  },
  controllers: { consent: consentController, form: formController, preferences: preferencesController },
  contentApiRoutes,

  async afterSync(strapi) {
    const { tableName } = strapi.db.metadata.get(CONSENT_RECORD);
    // An import writes each row and then sets its documentId once more, to what it is.
    await installAppendOnlyGuard(strapi, tableName, { updateIf: await sameRow(strapi, tableName) });
    vaultOf(strapi).transfer.addLedger(CONSENT_RECORD);
    gateOf(strapi).registerConsentProvider((person, purpose) => evidenceFor(strapi, person, purpose));
  },

  bootstrap(strapi) {
    jobsOf(strapi).register({ name: 'opt-in', runDue: () => processReceived(strapi) });
    jobsOf(strapi).register({ name: 'link-requests', runDue: () => processLinkRequests(strapi) });
    jobsOf(strapi).register({ name: 'reminders', runDue: () => remind(strapi) });
    feedbackOf(strapi).register(
      (complaint) => withdrawForComplaint(strapi, complaint),
      async (email) => (await findDataSubject(strapi, email))?.documentId ?? null,
    );
    jobsOf(strapi).register({ name: 'guardians', runDue: () => forgetGuardians(strapi) });
  },
};

/** Consent is bound to the address that confirmed it: the same person's other address has not agreed. */
async function evidenceFor(strapi: Core.Strapi, person: Person, purpose: string): Promise<ConsentEvidence> {
  const email = 'email' in person ? normaliseEmail(person.email) : null;
  const subject =
    'subject' in person
      ? person.subject
      : email === null
        ? null
        : (await findDataSubject(strapi, email))?.documentId;
  if (subject === null || subject === undefined)
    return { given: false, reason: 'Nobody with this address has given consent.', evidence: [] };
  const { state, evidence } = await currentConsent(strapi, subject, purpose, email);
  const reason = state === 'given' ? 'Consent is in force.' : `Consent is not in force: ${state}.`;
  return { given: state === 'given', reason, evidence };
}
