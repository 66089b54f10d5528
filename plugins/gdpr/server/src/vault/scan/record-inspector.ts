import type { Core } from '@strapi/types';

import { insertMissingRows, inTransaction, lockRows, tables } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import type { TokenRow } from '../blind-index/blind-index';
import {
  type Claim,
  claimIfFree,
  claimKey,
  holdersOf,
  insertTokensIfAbsent,
  presentTokens,
  tokenKey,
} from '../blind-index/bulk-entries';
import { DESTROYED } from '../data-keys';
import { decodeEnvelope, keyIdOfName, type KeyName } from '../envelope';
import { type ProtectedType } from '../protected-types';
import { claimsOf, recordName, storedRecord, type StoredRecord, type StoredRow } from '../record-writer';
import { columnsOf, relatedRows } from '../stored-columns';
import { MET_KEYS } from '../tables';
import type { Vault } from '../vault';

import type { Finding, FindingGroups } from './findings';

interface Inspection {
  readonly row: StoredRow;
  readonly stored: StoredRecord | null;
  readonly tokens: readonly TokenRow[];
  readonly claims: readonly (Claim & { readonly attribute: string })[];
}

interface Problem extends Finding {
  readonly id: number;
  readonly token?: TokenRow;
  readonly claim?: Claim;
}

/**
 * Looks at rows of one type: whether they open, are somebody's, and are in the index as their values say.
 *
 * Rows are read without locks first. What looks wrong may only have been written in between, so it is looked at again
 * under a lock, and counts if it still is.
 */
export class RecordInspector {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly vault: Vault,
    private readonly findings: FindingGroups,
    private readonly repair: boolean,
  ) {}

  /**
   * @param counts gets the number of entries by scope that the index should have
   * @returns the last row of the batch; `null` when there is none
   */
  async inspectBatch(
    type: ProtectedType,
    after: number,
    size: number,
    counts: Map<number, number>,
  ): Promise<{ readonly last: number; readonly rows: number } | null> {
    const from = await tables(this.strapi);
    const rows = (await from(type.table)
      .select(columnsOf(this.strapi, type))
      .where('id', '>', after)
      .orderBy('id')
      .limit(size)) as StoredRow[];
    const last = rows.at(-1)?.id;
    if (last === undefined) return null;
    const inspections = await this.open(type, rows);
    for (const { tokens } of inspections) {
      for (const { scope } of tokens) counts.set(scope, (counts.get(scope) ?? 0) + 1);
    }
    const suspects = new Set((await this.problemsOf(type, inspections)).map(({ id }) => id));
    for (const part of chunk([...suspects])) await inTransaction(this.strapi, () => this.confirm(type, part));
    return { last, rows: rows.length };
  }

  /**
   * The entries that rows should have in the index, by {@link tokenKey}; and which of the rows open at all: of the
   * others nobody knows what they should have.
   */
  async expectedTokens(
    type: ProtectedType,
    ids: readonly number[],
  ): Promise<{ readonly tokens: ReadonlySet<string>; readonly readable: ReadonlySet<number> }> {
    const from = await tables(this.strapi);
    const rows = (await from(type.table)
      .select(columnsOf(this.strapi, type))
      .whereIn('id', ids)) as StoredRow[];
    const inspections = await this.open(type, rows);
    return {
      tokens: new Set(inspections.flatMap(({ tokens }) => tokens.map(tokenKey))),
      readable: new Set(inspections.flatMap(({ row, stored }) => (stored === null ? [] : [row.id]))),
    };
  }

  private async confirm(type: ProtectedType, ids: readonly number[]): Promise<void> {
    const from = await tables(this.strapi);
    const query = from(type.table).select(columnsOf(this.strapi, type)).whereIn('id', ids).orderBy('id');
    const rows = (await lockRows(this.strapi, query)) as StoredRow[];
    const problems = await this.problemsOf(type, await this.open(type, rows));
    const tokens = problems.flatMap(({ token }) => token ?? []);
    const claims = problems.flatMap(({ kind, claim }) =>
      kind === 'unique-claim-missing' && claim !== undefined ? [claim] : [],
    );
    if (this.repair) {
      await insertTokensIfAbsent(this.strapi, tokens);
      await claimIfFree(this.strapi, claims);
    }
    for (const problem of problems) {
      const isRepairable = problem.kind === 'token-missing' || problem.kind === 'unique-claim-missing';
      this.findings.add(problem, this.repair && isRepairable);
    }
  }

  private async open(type: ProtectedType, rows: readonly StoredRow[]): Promise<Inspection[]> {
    const envelopes = rows.map(({ sealed }) => (sealed === null ? null : decodeEnvelope(sealed)));
    const names = envelopes.flatMap((envelope) => (envelope === null ? [] : [envelope.keyName]));
    await this.remember(names);
    const keys = await this.vault.keys.load(names);
    return rows.map((row, at): Inspection => {
      const envelope = envelopes[at] ?? null;
      const key = envelope === null ? undefined : keys.get(envelope.keyName);
      const stored = storedRecord(type, row, envelope, key);
      if (stored === null || row.sealed === null || key === DESTROYED)
        return { row, stored, tokens: [], claims: [] };
      const variant = claimsOf(type, row.locale, row.published_at);
      const { tokens, unique } = this.vault.index.entriesOf(type, stored.indexed, stored.subject, variant);
      return {
        row,
        stored,
        tokens: tokens.map(({ scope, token }) => ({ scope, token, entity_id: row.id })),
        claims: unique.map((entry) => ({ ...entry, entityId: row.id })),
      };
    });
  }

  private async problemsOf(type: ProtectedType, inspections: readonly Inspection[]): Promise<Problem[]> {
    const present = await presentTokens(
      this.strapi,
      inspections.flatMap(({ tokens }) => tokens),
    );
    const holders = await holdersOf(
      this.strapi,
      inspections.flatMap(({ claims }) => claims),
    );
    const subjects = await this.missingSubjects(type, inspections);
    const attributes = this.vault.index.attributesByScope(type);
    const problems: Problem[] = [];
    for (const { row, stored, tokens, claims } of inspections) {
      const at = { uid: type.uid, record: recordName(type, row), id: row.id };
      const add = (problem: Omit<Problem, 'uid' | 'record' | 'id'>): void =>
        void problems.push({ ...at, ...problem });
      for (const attribute of type.attributes.values()) {
        const held = row[attribute.column];
        if (held !== null && held !== undefined) add({ kind: 'plaintext', attribute: attribute.name });
      }
      if (stored === null) add({ kind: await this.reasonOf(row) });
      else if (row.sealed !== null && stored.keyName === null) add({ kind: 'data-key-destroyed' });
      for (const name of Object.keys(stored?.indexed ?? {})) {
        if (!type.attributes.has(name)) add({ kind: 'attribute-not-annotated', attribute: name });
      }
      if (subjects.has(row.id)) add({ kind: 'data-subject-missing' });
      for (const token of tokens) {
        if (present.has(tokenKey(token))) continue;
        const attribute = attributes.get(token.scope);
        add({ kind: 'token-missing', token, ...(attribute == null ? {} : { attribute }) });
      }
      for (const claim of claims) {
        const holder = holders.get(claimKey(claim));
        if (holder === row.id) continue;
        const kind = holder === undefined ? 'unique-claim-missing' : 'unique-value-twice';
        add({ kind, attribute: claim.attribute, claim });
      }
    }
    return problems;
  }

  private async reasonOf({ sealed }: StoredRow): Promise<'record-not-authentic' | 'data-key-missing'> {
    const envelope = sealed === null ? null : decodeEnvelope(sealed);
    if (envelope === null) return 'record-not-authentic';
    const name = envelope.keyName;
    return (await this.vault.keys.load([name])).has(name) ? 'record-not-authentic' : 'data-key-missing';
  }

  /** Rows whose annotation names a data subject that they do not have, or that is gone. */
  private async missingSubjects(
    type: ProtectedType,
    inspections: readonly Inspection[],
  ): Promise<ReadonlySet<number>> {
    const { subject } = type;
    const missing = new Set<number>();
    if (subject === null) return missing;
    const sealed = inspections.filter(({ row, stored }) => row.sealed !== null && stored?.keyName != null);
    const owners =
      'via' in subject
        ? await relatedRows(
            this.strapi,
            type,
            subject.via,
            sealed.map(({ row }) => row),
          )
        : null;
    const named = new Map<string, number[]>();
    for (const { row, stored } of sealed) {
      const owner = stored?.subject ?? null;
      if (owner !== null) named.set(owner, [...(named.get(owner) ?? []), row.id]);
      else if ('email' in subject && this.vault.subjects.isAddress(stored?.values[subject.email]))
        missing.add(row.id);
      else if (owners?.has(row.id) === true) missing.add(row.id);
    }
    const people = this.vault.types.all().find((one) => one.subject !== null && 'self' in one.subject);
    if (people === undefined) return missing;
    for (const part of chunk([...named.keys()])) {
      const from = await tables(this.strapi);
      const rows = (await from(people.table).select('document_id').whereIn('document_id', part)) as {
        document_id: string;
      }[];
      const found = new Set(rows.map((row) => row.document_id));
      for (const owner of part)
        if (!found.has(owner)) for (const id of named.get(owner) ?? []) missing.add(id);
    }
    return missing;
  }

  private remember(names: readonly KeyName[]): Promise<void> {
    return insertMissingRows(
      this.strapi,
      MET_KEYS,
      [...new Set(names)].map((name) => ({ id: keyIdOfName(name) })),
    );
  }
}
