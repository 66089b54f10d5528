import { createRequire } from 'node:module';
import path from 'node:path';

import { build } from './build.mjs';
import { ROOT } from './env.mjs';
import { startMailbox, startMailboxPage } from './mailbox.mjs';
import { freePort, listen, loadEnvironment, loadStrapi, onStop } from './serve.mjs';

if (process.argv.includes('--help')) {
  console.log(`npm run demo

Makes .env with fresh secrets if it is missing, builds what has changed, fills an empty database with fictional
people, and starts the CRM with a mailbox of its own on this machine. Ctrl-C ends both. Set PORT, DATABASE_CLIENT,
DATABASE_FILENAME and so on to change where; see .env.example.`);
  process.exit(0);
}

loadEnvironment();
build(['plugin', 'server', 'admin']);

const mailbox = await startMailbox({ port: 1025 });
const mailboxPage = await startMailboxPage(mailbox, 8025);
const port = await freePort(Number(process.env.PORT || 1337));
const address = `http://localhost:${port}`;
// The demo is on this machine alone: its mails go into its own mailbox, and their links lead back here.
Object.assign(process.env, {
  HOST: '127.0.0.1',
  PORT: String(port),
  PUBLIC_URL: address,
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(mailbox.port),
  SMTP_USERNAME: '',
  MAIL_FROM: process.env.MAIL_FROM || 'crm@example.org',
  LOG_LEVEL: process.env.LOG_LEVEL || 'warn',
});

const strapi = await loadStrapi();
const { seedDemo } = createRequire(import.meta.url)(path.join(ROOT, 'dist', 'src', 'seed', 'demo.js'));
const admin = await seedDemo(strapi);
await listen(strapi);
onStop(async () => {
  await strapi.destroy();
  await mailboxPage.stop();
  await mailbox.stop();
});

const password = admin.password ?? '(as you set it, or as the first run of the demo printed it)';
console.log(`
  The CRM runs. Ctrl-C ends it.

  Admin panel   ${address}/admin
  E-mail        ${admin.email}
  Password      ${password}
  Mailbox       http://localhost:${mailboxPage.port}

  Try a double opt-in, then look into the mailbox:

  curl -X POST ${address}/api/gdpr/subscriptions -H 'Content-Type: application/json' \\
    -d '{"email":"ada@example.org","purposes":["newsletter"],"firstName":"Ada","lastName":"Lovelace"}'
`);
