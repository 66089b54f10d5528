import { readFile } from 'node:fs/promises';

import { type Command, Option } from 'commander';

import type { CommandContext } from '../platform/command-context';

import { auditOf } from './audit-of';
import { type ExportFormat, FORMATS } from './verify/export-log';
import { verifyExport } from './verify/verify-export';

interface ExportArguments {
  readonly out: string;
  readonly format: ExportFormat;
}

interface VerifyArguments {
  readonly dir: string;
  readonly witness?: string;
  readonly key?: string;
}

/** `strapi-gdpr audit export` and `strapi-gdpr audit verify`. */
export function auditCommands(program: Command, context: CommandContext): void {
  const audit = program.command('audit').description('Export and verify the audit trail');

  audit
    .command('export')
    .description('write the audit trail to a folder, in files that anybody can verify')
    .requiredOption('--out <dir>', 'the folder; files of an earlier export in it are replaced')
    .addOption(
      new Option('--format <format>', 'ocsf adds OCSF 6005 events beside the entries')
        .choices([...FORMATS])
        .default('jsonl'),
    )
    .action((options: ExportArguments) => exportTrail(options, context));

  audit
    .command('verify')
    .description('verify an export; needs no database and no project')
    .requiredOption('--dir <dir>', 'the folder of the export')
    .option('--witness <file>', 'checkpoints that were kept elsewhere')
    .option('--key <file>', 'the verifier key as it was learnt elsewhere')
    .action((options: VerifyArguments) => verifyTrail(options, context));
}

async function exportTrail({ out, format }: ExportArguments, context: CommandContext): Promise<void> {
  const strapi = await context.strapi();
  const audit = auditOf(strapi);
  try {
    await audit.sealer.complete();
  } catch (error) {
    // A broken log is exported as it is: that is how somebody finds out where.
    context.note(error instanceof Error ? error.message : String(error));
  }
  const progress = context.progress('Exporting');
  const { size } = await audit.exportTo(out, format, (done, total) => progress.update(done, total));
  progress.stop();
  context.print(
    `${String(size)} entries are in ${out}. Verify them with: strapi-gdpr audit verify --dir ${out}`,
  );
}

async function verifyTrail({ dir, witness, key }: VerifyArguments, context: CommandContext): Promise<void> {
  const progress = context.progress('Verifying');
  const pinned = key === undefined ? undefined : await readFile(key, 'utf8');
  const report = await verifyExport(dir, {
    witness,
    key: pinned,
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.stop();
  for (const remark of report.remarks) context.note(remark);
  for (const fault of report.faults) context.print(fault);
  if (report.faults.length > 0) {
    const first = report.firstBroken;
    context.print(first === null ? 'The audit trail is NOT intact.' : `First broken entry: ${String(first)}`);
    process.exitCode = 1;
    return;
  }
  const pruned = report.pruned === 0 ? '' : `, ${String(report.pruned)} of them pruned`;
  context.print(`Intact: ${String(report.entries)} entries${pruned}, signed by ${report.origin ?? ''}.`);
}
