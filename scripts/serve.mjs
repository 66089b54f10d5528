import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';

import { completeEnv, readEnv, ROOT } from './env.mjs';

const require = createRequire(import.meta.url);

/** Makes `.env` whole and reads it; what stands in the environment already wins. */
export function loadEnvironment() {
  const added = completeEnv();
  if (added.length > 0) console.log(`.env was missing secrets; fresh ones were made: ${added.join(', ')}.`);
  for (const [name, value] of Object.entries(readEnv(path.join(ROOT, '.env')))) {
    if (!process.env[name]) process.env[name] = value;
  }
  process.env.NODE_ENV ||= 'production';
  process.env.STRAPI_TELEMETRY_DISABLED ||= 'true';
}

/** Loads the built application; nothing listens yet. */
export async function loadStrapi(options = {}) {
  const { createStrapi } = require('@strapi/strapi');
  const strapi = createStrapi({
    appDir: ROOT,
    distDir: path.join(ROOT, 'dist'),
    autoReload: false,
    ...options,
  });
  try {
    await strapi.load();
  } catch (error) {
    // The sentence is what helps; where it was thrown is for a debugger.
    console.error(process.env.LOG_LEVEL === 'debug' ? error : (error?.message ?? String(error)));
    process.exit(1);
  }
  return strapi;
}

export function listen(strapi) {
  return new Promise((resolve, reject) => {
    const { host, port } = strapi.config.get('server');
    strapi.server.httpServer.once('error', reject);
    strapi.server.listen(port, host, () => resolve({ host, port }));
  });
}

/** Ends everything in order on Ctrl-C, once. */
export function onStop(stop) {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

/** The wanted port, or any free one when it is taken. */
export function freePort(wanted) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(wanted === 0 ? 0 : freePort(0)));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
