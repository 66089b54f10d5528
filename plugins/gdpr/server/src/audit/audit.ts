import type { Core } from '@strapi/types';

import { badRequest } from '../platform/errors';
import { runsOf } from '../platform/runs';
import type { Settings } from '../platform/settings';
import { runAs, type UnitOfWork } from '../platform/unit-of-work';
import {
  isReadMasked,
  type KeyOperation,
  sealRecord,
  type Unmasking,
  type UnmaskingDenied,
  type Vault,
  xchacha20Poly1305,
} from '../vault';

import { encodePayloads } from './entry/payloads';
import type { NoteVerifier } from './log/signed-note';
import { PAYLOAD_PLACE } from './recorder/changes';
import { Denials } from './recorder/denials';
import type { Draft } from './recorder/draft';
import { Origins } from './recorder/origin';
import { Recorder } from './recorder/recorder';
import { AttributeSchemas } from './store/attribute-schemas';
import { Checkpoints, type StoredCheckpoint } from './store/checkpoints';
import { EventWriter } from './store/event-writer';
import { type HoldsSubjects, type PruneOptions, Pruning } from './store/pruning';
import { RecordDirectory } from './store/record-directory';
import { pruneRun } from './store/retention';
import { Sealer } from './store/sealer';
import { SigningKeys } from './store/signing-keys';
import { TreeStore } from './store/tree-store';
import { Witnesses } from './store/witnesses';
import { type FindsDisclosures, type PersonView, PersonViews } from './trail/person-view';
import { Trail } from './trail/trail';
import { exportLog, type ExportFormat } from './verify/export-log';
import { verifyLogRun } from './verify/verify-log';

/** Whose an e-mail address is: the `documentId` of a data subject. People are dealt with above this room. */
export type FindsPersons = (email: string) => Promise<string | null>;

/** The audit trail of one Strapi instance: its parts, put together, and what other rooms may ask of it. */
export class Audit {
  readonly store: TreeStore;
  readonly checkpoints: Checkpoints;
  readonly keys: SigningKeys;
  readonly schemas: AttributeSchemas;
  readonly directory: RecordDirectory;
  readonly sealer: Sealer;
  readonly witnesses: Witnesses;
  readonly trail: Trail;
  readonly recorder: Recorder;
  readonly denials: Denials;
  private readonly pruning: Pruning;
  private readonly persons: PersonViews;
  private findsPersons: FindsPersons = () => Promise.resolve(null);

  constructor(
    readonly strapi: Core.Strapi,
    private readonly vault: Vault,
    settings: Settings,
  ) {
    this.store = new TreeStore(strapi);
    this.checkpoints = new Checkpoints(strapi);
    this.keys = new SigningKeys(strapi, vault, settings.publicUrl);
    this.schemas = new AttributeSchemas(strapi, vault.types.all());
    this.directory = new RecordDirectory(strapi, vault);
    const { checkpointInterval, witnesses, address, retention } = settings.audit;
    this.sealer = new Sealer(strapi, this.store, this.keys, this.directory, checkpointInterval);
    this.witnesses = new Witnesses(strapi, witnesses);
    this.trail = new Trail(strapi, vault, this.store, this.directory, this.schemas);
    this.persons = new PersonViews(strapi, this.trail, this.directory, this.schemas);
    const writer = new EventWriter(strapi);
    this.recorder = new Recorder(vault, this.schemas, writer, new Origins(strapi, address), () =>
      isReadMasked(strapi),
    );
    this.denials = new Denials(this.recorder, vault.types);
    const files = witnesses.flatMap((witness) => ('file' in witness ? [witness.file] : []));
    // A rotation must not destroy a key that old and new values of this person are sealed under.
    vault.keyHolders.register({
      name: 'audit',
      release: (subject, keyIds) => this.trail.keysInUse(subject, keyIds),
    });
    this.pruning = new Pruning(strapi, this.store, this.directory, (draft) => this.recorder.record(draft));
    runsOf(strapi).register(pruneRun(this.pruning, retention));
    runsOf(strapi).register(verifyLogRun(this.store, this.checkpoints, this.keys, files));
  }

  // ── for developers of a project ──

  /**
   * States why personal data is used: every entry that comes of `work` carries the purpose.
   *
   * @param purpose a reference such as `support-ticket-4711`: letters, digits and `._:/-`, so that nobody writes names
   * into a log that nothing is taken out of
   */
  withPurpose<T>(purpose: string, work: () => T): T {
    return this.recorder.withPurpose(reference('purpose', purpose), work);
  }

  /** Runs a script under a name, which its entries carry. */
  runAs<T>(unit: UnitOfWork, work: () => T): T {
    return runAs({ ...unit, name: reference('name', unit.name) }, work);
  }

  /** Runs an export: its reads are one entry, however many records they are. */
  asExport<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.recorder.collecting('export', { what: reference('name', name) }, work);
  }

  // ── for the rooms above ──

  /** An unmasking: somebody was shown what is masked for them. The reason is theirs, and is sealed. */
  async recordUnmask({ uid, documentId, attributes, reason, subject }: Unmasking): Promise<void> {
    const draft: Draft = {
      action: 'unmask',
      records: [{ type: uid, ids: '', subjects: subject === null ? undefined : [subject] }],
      details: { type: uid, document: documentId, attributes: [...attributes] },
      seal: (entryId) => this.sealReason(entryId, { kind: 'unmask', uid, documentId, reason }, subject),
    };
    await this.recorder.record(draft);
  }

  /** A refusal to unmask. What was asked for is the caller's to make up: only what looks like it is kept. */
  async recordDenied({ uid, documentId }: UnmaskingDenied): Promise<void> {
    const isKnown = uid !== null && this.vault.types.get(uid) !== undefined;
    const details = {
      what: 'unmask',
      ...(isKnown ? { type: uid } : {}),
      ...(documentId !== null && /^[a-z0-9]{24}$/.test(documentId) ? { document: documentId } : {}),
    };
    await this.recorder.record({ action: 'denied', details }, { lasting: true });
  }

  async recordKeyOperation({ operation, detail }: KeyOperation): Promise<void> {
    const lists = Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === 'object' ? [...value] : value,
    ]);
    const details = Object.fromEntries(lists) as Record<string, string | number | string[]>;
    await this.recorder.record({ action: 'key', details: { ...details, operation } });
  }

  /** @param settings the names of what changed; values may be secret */
  async reportSettingsChange(settings: readonly string[]): Promise<void> {
    await this.recorder.record({ action: 'settings', details: { changed: [...settings] } });
  }

  /** Tells who is on legal hold: nothing about them is pruned. */
  registerLegalHolds(holds: HoldsSubjects): void {
    this.pruning.holds = holds;
  }

  registerPersons(persons: FindsPersons): void {
    this.findsPersons = persons;
  }

  /** @returns the `documentId` of the data subject with this e-mail address, or `null` */
  findPerson(email: string): Promise<string | null> {
    return this.findsPersons(email);
  }

  /** Tells what was disclosed of a person outside of this system; each that is registered is asked. */
  registerDisclosures(disclosures: FindsDisclosures): void {
    this.persons.disclosures.push(disclosures);
  }

  /**
   * Who received or saw a person's data, by category of recipient (GDPR Article 15(1)(c)), up to this moment.
   *
   * @param person `documentId` of the data subject
   * @param options `naming` also names the accounts of staff, for those who have to know
   * @throws GdprError `audit-log-broken` when the trail is not what was signed: it must not answer for it then
   */
  async recipientsOf(person: string, options: { readonly naming?: boolean } = {}): Promise<PersonView> {
    await this.sealer.complete();
    return this.persons.of(person, options);
  }

  /** Prunes by age; what was done is an entry itself. A job does it every night, by the settings. */
  prune(options: PruneOptions): Promise<number> {
    return this.pruning.prune(options);
  }

  /** Writes the log up to its last checkpoint into a folder, in files that anybody can verify. */
  async exportTo(
    directory: string,
    format: ExportFormat = 'jsonl',
    onProgress?: (done: number, total: number) => void,
  ): Promise<StoredCheckpoint> {
    const checkpoint = await exportLog(this, directory, format, onProgress);
    const details = { what: 'audit-trail', format, entries: checkpoint.size };
    await this.recorder.record({ action: 'export', details });
    return checkpoint;
  }

  /** Makes the next signing key. The next checkpoint is signed by both. */
  async rotateSigningKey(): Promise<NoteVerifier> {
    const verifier = await this.keys.rotate();
    const details = { operation: 'rotate-audit-signing-key', key: verifier.keyId.toString('hex') };
    await this.recorder.record({ action: 'key', details });
    return verifier;
  }

  /** A free text may name people, so it goes under the key of whom it is about; of nobody's record it is not kept. */
  private async sealReason(
    entryId: string,
    values: Readonly<Record<string, string>>,
    subject: string | null,
  ): Promise<string | null> {
    const key = subject === null ? null : await this.vault.keys.activeOf(subject);
    if (key === null) return null;
    const place = { uid: PAYLOAD_PLACE, documentId: `${entryId}/0` };
    return encodePayloads([sealRecord(values, key, xchacha20Poly1305, place)]);
  }
}

/** @throws 400 for what could hold a name or an address */
function reference(what: string, text: string): string {
  if (/^[\w.:/-]{1,120}$/.test(text)) return text;
  throw badRequest(
    'request-invalid',
    `The ${what} must be a reference of letters, digits and . _ : / - (at most 120), such as support-ticket-4711.`,
  );
}
