import type { Core } from '@strapi/types';
import type { Command } from 'commander';

import type { CommandContext } from '../platform/command-context';
import { dialectOf } from '../platform/database/dialect';
import { GdprError } from '../platform/errors';
import { runsOf, type RunStatus } from '../platform/runs';

import type { ProtectedType, ProtectedTypes } from './protected-types';
import { type FindingGroups, FINDINGS } from './scan/findings';
import { scan } from './scan/scanner';
import { SEAL } from './table-sealer';
import { UNSEAL } from './table-unsealer';
import type { Vault } from './vault';

/** On SQLite a server that runs is given so long to take up a run, in ms: its poll interval and then some. */
const HAND_OVER = 3_000;
/** A server that has begun and says nothing for so long is gone, in ms. */
const TAKE_OVER = 15_000;

type VaultOf = (strapi: Core.Strapi) => Vault;

/** `strapi-gdpr seal`, `unseal` and `scan`. */
export function lifeCycleCommands(program: Command, context: CommandContext, vaultOf: VaultOf): void {
  program
    .command('seal')
    .description('take tables that hold plaintext into the vault, while the site goes on')
    .option('--type <uid>', 'only this content type (and those whose data subjects it borrows)')
    .action(async ({ type: uid }: { type?: string }) => {
      const strapi = await context.strapi();
      await seal(strapi, vaultOf(strapi), context, uid);
    });
  program
    .command('unseal')
    .description('take a content type out of the vault again: its values are stored in plaintext')
    .requiredOption('--type <uid>', 'the content type')
    .action(async ({ type: uid }: { type: string }) => {
      const strapi = await context.strapi();
      await unseal(strapi, vaultOf(strapi), context, uid);
    });
  program
    .command('scan')
    .description(
      'look for plaintext, unreadable records and faults of the index; exits 1 when something is found',
    )
    .option('--type <uid>', 'only this content type')
    .option('--json', 'print the findings as JSON', false)
    .option('--repair', 'mend what can be mended without a question: index entries and missing guards', false)
    .action(async (options: ScanCommand) => {
      const strapi = await context.strapi();
      await scanAll(strapi, vaultOf(strapi), context, options);
    });
}

interface ScanCommand {
  readonly type?: string;
  readonly json: boolean;
  readonly repair: boolean;
}

async function scanAll(
  strapi: Core.Strapi,
  vault: Vault,
  context: CommandContext,
  { type: uid, json, repair }: ScanCommand,
): Promise<void> {
  const types = uid === undefined ? vault.types.all() : [typeNamed(vault, uid)];
  const progress = context.progress('Scanning');
  const findings = await scan(strapi, vault, {
    types,
    repair,
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.stop();
  if (json) context.print(JSON.stringify({ clean: findings.isClean, findings: findings.all() }, null, 2));
  else for (const line of report(findings)) context.print(line);
  if (!findings.isClean) process.exitCode = 1;
}

function report(findings: FindingGroups): string[] {
  const groups = findings.all();
  if (groups.length === 0) return ['Nothing found.'];
  return groups.flatMap(({ kind, uid, attribute, count, repaired, records }) => {
    const where = attribute === null ? uid : `${uid}, ${attribute}`;
    const mended = repaired === 0 ? '' : `, ${String(repaired)} repaired`;
    const more = count > records.length ? ', …' : '';
    return [
      `${kind}: ${where}: ${String(count)}${mended}. ${FINDINGS[kind]}.`,
      ...(records.length === 0 ? [] : [`  ${records.join(', ')}${more}`]),
    ];
  });
}

async function seal(
  strapi: Core.Strapi,
  vault: Vault,
  context: CommandContext,
  uid: string | undefined,
): Promise<void> {
  const wanted =
    uid === undefined
      ? vault.types.all().filter((one) => !vault.states.isClear(one))
      : [typeNamed(vault, uid)];
  let duplicates = 0;
  vault.sealer.onDuplicates((found) => (duplicates += found.length));
  for (const type of ownersFirst(vault.types, wanted)) {
    // Every boot looks whether a table holds plaintext, this one's among them: what is sealed needs no run.
    if (uid === undefined && !vault.states.holdsPlaintext(type)) {
      context.print(`${type.uid}: 0 records sealed.`);
      continue;
    }
    if (vault.states.isClear(type)) await takeBack(vault, type);
    const status = await complete(strapi, context, SEAL, type.uid, `Sealing ${type.uid}`);
    context.print(`${type.uid}: ${String(status.done)} records sealed.`);
  }
  if (duplicates > 0) {
    context.note(
      `${String(duplicates)} values must be unique and are not: their records are sealed and readable, and ` +
        '"strapi-gdpr scan" names them until they are made unique.',
    );
  }
}

/** First everybody stops writing plaintext, then the database refuses it, and only then it is sealed. */
async function takeBack(vault: Vault, type: ProtectedType): Promise<void> {
  await vault.states.announce(type, 'sealing');
  await vault.states.settle();
  await vault.installGuard(type);
}

async function unseal(
  strapi: Core.Strapi,
  vault: Vault,
  context: CommandContext,
  uid: string,
): Promise<void> {
  const type = typeNamed(vault, uid);
  if (uid.startsWith('plugin::gdpr.')) {
    throw new GdprError(
      'command-refused',
      `${uid} belongs to the plugin, which keeps nothing of its own in plaintext.`,
    );
  }
  if (!(await context.confirm(`Store all personal data of ${uid} in plaintext?`))) {
    throw new GdprError(
      'command-refused',
      'Nothing was changed: the question was not answered with yes (or --yes).',
    );
  }
  // Announced before the guard goes, so that a boot in between does not put it back; and it goes before anybody acts on
  // the announcement, so that no write is refused.
  await vault.states.announce(type, 'clear');
  await vault.liftGuard(type);
  await vault.states.settle();
  const status = await complete(strapi, context, UNSEAL, uid, `Unsealing ${uid}`);
  context.print(
    `${uid}: ${String(status.done)} records are in plaintext again. Remove the annotation from its schema, or take it back by "strapi-gdpr seal --type ${uid}".`,
  );
}

/** @throws GdprError with the sentence of the run, when it failed */
async function complete(
  strapi: Core.Strapi,
  context: CommandContext,
  kind: string,
  uid: string,
  title: string,
): Promise<RunStatus> {
  const progress = context.progress(title);
  const show = ({ done, total }: RunStatus): void => progress.update(done, total);
  try {
    const handed = dialectOf(strapi) === 'sqlite' ? await handOver(strapi, kind, uid, show) : null;
    // Asked for once more, a run that a server has finished would begin anew, and say that nothing was done.
    const isOver = handed !== null && handed.state !== 'running';
    const status = isOver ? handed : await runsOf(strapi).complete(kind, uid, show);
    if (status.state === 'failed') throw new GdprError('command-refused', status.error ?? `${kind} failed.`);
    return status;
  } finally {
    progress.stop();
  }
}

/**
 * Lets a server that is running do the work: SQLite has one writer at a time, and two processes that both write get in
 * each other's way, while one and the same takes turns. Returns when the run is over or nobody is at it.
 */
async function handOver(
  strapi: Core.Strapi,
  kind: string,
  uid: string,
  show: (status: RunStatus) => void,
): Promise<RunStatus> {
  const runs = runsOf(strapi);
  let status = await runs.start(kind, uid);
  let patience = status.total === 0 ? 0 : HAND_OVER;
  let quietSince = performance.now();
  while (status.state === 'running' && performance.now() - quietSince < patience) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const next = (await runs.status(kind, uid)) ?? status;
    if (next.done !== status.done) {
      quietSince = performance.now();
      patience = TAKE_OVER;
    }
    status = next;
    show(status);
  }
  return status;
}

/** Types whose records are somebody's by way of another type come after it: its key has to be there. */
function ownersFirst(types: ProtectedTypes, wanted: readonly ProtectedType[]): ProtectedType[] {
  const ordered = new Set<ProtectedType>();
  const visiting = new Set<ProtectedType>();
  const visit = (type: ProtectedType): void => {
    if (visiting.has(type)) return;
    visiting.add(type);
    const { subject } = type;
    if (subject !== null && 'via' in subject) {
      const target = types.relationsOf(type.uid).get(subject.via);
      const owner = typeof target === 'string' ? types.get(target) : undefined;
      if (owner !== undefined) visit(owner);
    }
    ordered.add(type);
  };
  for (const type of wanted) visit(type);
  return [...ordered];
}

/** @throws GdprError that lists the types there are */
function typeNamed(vault: Vault, uid: string): ProtectedType {
  const type = vault.types.get(uid);
  if (type !== undefined) return type;
  const known = vault.types.all().map((one) => one.uid);
  throw new GdprError(
    'command-refused',
    `${uid} is no type with protected attributes; these are: ${known.join(', ')}.`,
  );
}
