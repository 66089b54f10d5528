import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { ROOT } from './env.mjs';

const chromium = process.env.CHROMIUM || '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.error(
    `There is no browser at ${chromium}: install Debian's chromium, or set CHROMIUM to where one is.`,
  );
  process.exit(1);
}
const { status } = spawnSync('npx', ['jest', '--config', 'jest.e2e.config.mjs', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, CHROMIUM: chromium, NODE_ENV: 'test' },
});
process.exit(status ?? 1);
