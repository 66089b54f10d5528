import { keyEncryption, keyStore } from '../src/keys';
import { secret, setting, settingOr, wholeNumber } from '../src/environment';

/** Where copies of the audit trail's checkpoints go. */
function witnesses(): object[] {
  const file = setting('GDPR_AUDIT_WITNESS_FILE');
  const url = setting('GDPR_AUDIT_WITNESS_URL');
  const mail = setting('GDPR_AUDIT_WITNESS_MAIL');
  return [
    ...(file === undefined ? [] : [{ file }]),
    ...(url === undefined ? [] : [{ url }]),
    ...(mail === undefined ? [] : [{ mail }]),
  ];
}

/** How long the audit trail keeps old and new values, and entries. */
function retention(): object {
  return {
    ...(setting('GDPR_AUDIT_VALUE_DAYS') === undefined
      ? {}
      : { valueDays: wholeNumber('GDPR_AUDIT_VALUE_DAYS', 0) }),
    ...(setting('GDPR_AUDIT_ENTRY_DAYS') === undefined
      ? {}
      : { entryDays: wholeNumber('GDPR_AUDIT_ENTRY_DAYS', 0) }),
  };
}

export default () => ({
  gdpr: {
    enabled: true,
    config: {
      masterKey: setting('GDPR_MASTER_KEY'),
      masterKeyFile: setting('GDPR_MASTER_KEY_FILE'),
      masterKeyPrevious: setting('GDPR_MASTER_KEY_PREVIOUS'),
      masterKeyPreviousFile: setting('GDPR_MASTER_KEY_PREVIOUS_FILE'),
      ...keyEncryption(),
      ...keyStore(),
      publicUrl: setting('PUBLIC_URL'),
      controller: {
        name: setting('CONTROLLER_NAME'),
        email: setting('CONTROLLER_EMAIL'),
        privacyPolicyUrl: setting('PRIVACY_POLICY_URL'),
      },
      mail: {
        feedbackSecret: setting('MAIL_FEEDBACK_SECRET'),
        feedbackMailbox: setting('MAIL_FEEDBACK_MAILBOX'),
      },
      publicPages: {
        language: setting('PUBLIC_PAGES_LANGUAGE'),
        logo: setting('PUBLIC_PAGES_LOGO'),
        color: setting('PUBLIC_PAGES_COLOR'),
      },
      mailFrom: setting('MAIL_FROM'),
      audit: { witnesses: witnesses(), retention: retention() },
      defaultCountry: setting('DEFAULT_COUNTRY'),
      jobs: { driver: settingOr('GDPR_JOBS_DRIVER', 'database'), redisUrl: setting('REDIS_URL') },
    },
  },
  // Not part of this CRM: the tests turn it on, to show that sealed data has no other door there (`GRAPHQL=true`).
  ...(setting('GRAPHQL') === 'true'
    ? {
        graphql: {
          enabled: true,
          resolve: '@strapi/plugin-graphql/package.json',
          config: { defaultLimit: 25, maxLimit: 100, depthLimit: 10 },
        },
      }
    : {}),
  'users-permissions': {
    config: { jwtSecret: secret('JWT_SECRET') },
  },
  email: {
    config: {
      provider: '@strapi/provider-email-nodemailer',
      providerOptions: {
        host: settingOr('SMTP_HOST', '127.0.0.1'),
        port: wholeNumber('SMTP_PORT', 1025),
        ...(setting('SMTP_USERNAME') === undefined
          ? {}
          : { auth: { user: setting('SMTP_USERNAME'), pass: setting('SMTP_PASSWORD') } }),
        connectionTimeout: 10_000,
        greetingTimeout: 10_000,
        socketTimeout: 30_000,
      },
      settings: {
        defaultFrom: settingOr('MAIL_FROM', 'crm@localhost.localdomain'),
        defaultReplyTo: settingOr('MAIL_FROM', 'crm@localhost.localdomain'),
      },
    },
  },
});
