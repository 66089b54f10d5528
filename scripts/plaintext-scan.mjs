import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ROOT } from './env.mjs';

/**
 * What the tests put into protected attributes, and what therefore must not stand anywhere in clear: each suite looks
 * for it in its database before it drops that, and after the suites every file that they may have left is read.
 */
export const PLAINTEXT_MARKERS = /ada@example\.org|Lovelace|@marker\.example|Zebediah|Quixworth/i;

/** Files of the project that are not its sources: logs, uploads, databases, exports. */
function leftFiles() {
  const listed = execFileSync(
    'git',
    ['ls-files', '--others', '-z', '--', '.', ':!node_modules', ':!*/node_modules'],
    {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    },
  );
  return (
    listed
      .split('\0')
      // What is built from the sources says what the sources say.
      .filter(
        (file) =>
          file !== '' && !/(^|\/)(node_modules|dist)\//.test(file) && !/\.(ts|mjs|json|md)$/.test(file),
      )
      .map((file) => path.join(ROOT, file))
  );
}

function filesOf(directory) {
  return readdirSync(directory).flatMap((name) => {
    const file = path.join(directory, name);
    return statSync(file).isDirectory() ? filesOf(file) : [file];
  });
}

/**
 * Reads everything that a run of the tests left on this machine.
 *
 * @param {number} since ms since 1970: older folders of other runs in the temporary directory are not looked at
 * @returns {string[]} one sentence for each file with plaintext
 */
export function scanLeftFiles(since) {
  const temporary = readdirSync(tmpdir())
    .filter((name) => name.startsWith('gdpr-crm-'))
    .map((name) => path.join(tmpdir(), name))
    .filter((directory) => statSync(directory).mtimeMs >= since && statSync(directory).isDirectory())
    .flatMap(filesOf);
  return [...leftFiles(), ...temporary].flatMap((file) => {
    const match = PLAINTEXT_MARKERS.exec(readFileSync(file, 'latin1'));
    return match === null ? [] : [`${path.relative(ROOT, file)} holds "${match[0]}" in clear.`];
  });
}
