import { spawnSync } from 'node:child_process';

import { build } from './build.mjs';
import { ROOT } from './env.mjs';
import { scanLeftFiles } from './plaintext-scan.mjs';
import { trailVerdict, verdictFolder } from './trail-verdicts.mjs';

/**
 * `npm test`: builds what has changed, then runs the unit and integration tests on SQLite.
 * `npm run test:databases`: the same integration tests on PostgreSQL, then on MariaDB.
 * The audit trail of every suite is verified at its end, twice; one line says how much that was.
 * Whatever else stands on the command line goes to Jest. Afterwards nothing that the tests left may hold plaintext.
 */
const args = process.argv.slice(2);
const databases = args.includes('--databases');
const jestArgs = args.filter((arg) => arg !== '--databases');

try {
  build(['plugin', 'server']);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const start = Date.now();
const runs = databases ? ['postgres', 'mysql'] : ['sqlite'];
for (const database of runs) {
  if (databases) console.log(`\n== Integration tests on ${database === 'mysql' ? 'MariaDB' : 'PostgreSQL'}`);
  const selection = databases ? ['--selectProjects', 'integration'] : [];
  // The selection last: Jest takes whatever follows it for further names of projects.
  const verdicts = verdictFolder();
  const { status } = spawnSync('npx', ['jest', ...jestArgs, ...selection], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TEST_DATABASE: database, NODE_ENV: 'test', TRAIL_VERDICTS: verdicts },
  });
  const verdict = trailVerdict(verdicts);
  if (verdict !== null) console.log(`\n${verdict}`);
  if (status !== 0) process.exit(status ?? 1);
}

const leaks = scanLeftFiles(start);
if (leaks.length > 0) {
  console.error(leaks.join('\n'));
  process.exit(1);
}
