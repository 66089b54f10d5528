import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { verifyExport } from '../../plugins/gdpr/server/src/audit/verify/verify-export';

import { secondOpinion } from './second-opinion';
import type { TestStrapi } from './strapi';

/** What became of the audit trail of one suite; `scripts/trail-verdicts.mjs` adds them up. */
export interface TrailVerdict {
  readonly suite: string;
  /** Why it was not verified. */
  readonly leftOut?: string;
  readonly entries?: number;
  readonly pruned?: number;
  readonly proofs?: number;
  readonly ms?: number;
}

/** Set by `npm test`: the folder into which every suite writes what became of its audit trail. */
const FOLDER = process.env['TRAIL_VERDICTS'] ?? '';

/**
 * Seals and exports what a suite left in its audit trail and has it verified twice: by `strapi-gdpr audit verify` and by
 * an implementation that is none of ours. So the log of a full test run, with everything that the tests did to it, is
 * proof that it holds.
 *
 * @param tampers why this suite's log must not hold: it was tampered with on purpose
 * @throws when it does not hold before both
 */
export async function verifyTrail(app: TestStrapi, tampers: string | undefined): Promise<void> {
  if (FOLDER === '') return;
  const suite = path.basename(expect.getState().testPath ?? 'unknown');
  if (tampers !== undefined) {
    note({ suite, leftOut: tampers });
    return;
  }
  const begin = performance.now();
  const folder = mkdtempSync(path.join(tmpdir(), 'gdpr-crm-trail-'));
  try {
    const audit = app.strapi.plugin('gdpr').service<any>('audit').of();
    await audit.sealer.complete();
    await audit.exportTo(folder);
    const { faults, entries, pruned } = await verifyExport(folder);
    if (faults.length > 0)
      throw new Error(`The audit trail of this suite does not hold: ${faults.join(' ')}`);
    const theirs = await secondOpinion(folder, (index, size) => audit.store.inclusionProof(index, size));
    if (theirs.entries !== entries)
      throw new Error(`Of ${entries} entries the second implementation saw ${theirs.entries}.`);
    note({ suite, entries, pruned, proofs: theirs.proofs, ms: Math.round(performance.now() - begin) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let written = 0;
function note(verdict: TrailVerdict): void {
  mkdirSync(FOLDER, { recursive: true });
  written += 1;
  const name = `${verdict.suite}-${String(process.pid)}-${String(written)}.json`;
  writeFileSync(path.join(FOLDER, name), JSON.stringify(verdict));
}
