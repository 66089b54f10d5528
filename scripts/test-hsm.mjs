import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build } from './build.mjs';
import { ROOT } from './env.mjs';

/** `npm run test:hsm`: the tests of the PKCS#11 provider, against SoftHSM. Skips nothing: without SoftHSM it fails. */
const library = [
  process.env.SOFTHSM_LIBRARY,
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
].find((file) => file && existsSync(file));
if (library === undefined) {
  console.error(
    "There is no SoftHSM here: install Debian's softhsm2, or set SOFTHSM_LIBRARY to where libsofthsm2.so is.",
  );
  process.exit(1);
}
try {
  createRequire(import.meta.url)('pkcs11js');
} catch {
  console.error(
    'The optional package pkcs11js is not installed: run `npm install` where its native part can be built.',
  );
  process.exit(1);
}
build(['plugin', 'server']);
const directory = mkdtempSync(path.join(tmpdir(), 'gdpr-hsm-'));
const configuration = path.join(directory, 'softhsm2.conf');
mkdirSync(path.join(directory, 'tokens'));
writeFileSync(
  configuration,
  `directories.tokendir = ${path.join(directory, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
);
const { status } = spawnSync(
  'npx',
  ['jest', '--config', 'jest.hsm.config.mjs', '--runInBand', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      SOFTHSM_LIBRARY: library,
      SOFTHSM2_CONF: configuration,
      TEST_DATABASE: process.env.TEST_DATABASE ?? 'sqlite',
      NODE_ENV: 'test',
    },
  },
);
rmSync(directory, { recursive: true, force: true });
process.exit(status ?? 1);
