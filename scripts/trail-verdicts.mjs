import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for what the suites say of their audit trails (tests/support/trail-verdict.ts). */
export function verdictFolder() {
  return mkdtempSync(path.join(tmpdir(), 'gdpr-crm-verdicts-'));
}

/**
 * Adds up what the suites said, in one line, and removes the folder.
 *
 * @returns {string | null} `null` when no suite had an audit trail
 */
export function trailVerdict(folder) {
  const verdicts = existsSync(folder)
    ? readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
    : [];
  rmSync(folder, { recursive: true, force: true });
  const verified = verdicts.filter(({ leftOut }) => leftOut === undefined);
  if (verdicts.length === 0) return null;
  const sum = (name) => verified.reduce((total, one) => total + one[name], 0);
  const count = new Intl.NumberFormat('en');
  const left = verdicts
    .filter(({ leftOut }) => leftOut !== undefined)
    .map(({ suite, leftOut }) => `${suite} (${leftOut})`)
    .sort();
  return [
    `Audit trails of this run: ${count.format(verified.length)} logs with ${count.format(sum('entries'))} entries,`,
    `${count.format(sum('pruned'))} of them pruned, exported and verified by audit verify and by sigstore`,
    `(signature, root, ${count.format(sum('proofs'))} inclusion proofs) in ${(sum('ms') / 1_000).toFixed(1)} s;`,
    left.length === 0 ? 'none left out.' : `left out: ${left.join(', ')}.`,
  ].join(' ');
}
