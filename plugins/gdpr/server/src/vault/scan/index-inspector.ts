import type { Core } from '@strapi/types';

import { qualified, select } from '../../platform/database/connection';
import { chunk } from '../../platform/database/dialect';
import type { BlindIndex, TokenRow } from '../blind-index/blind-index';
import { deleteTokens, releaseClaim, tokenKey } from '../blind-index/bulk-entries';
import type { ProtectedType } from '../protected-types';
import { BLIND_INDEX, UNIQUE_VALUES } from '../tables';

import type { FindingGroups } from './findings';
import type { RecordInspector } from './record-inspector';

const PAGE = 2_000;

interface IndexRow extends TokenRow {
  /** The row of the type's table; `null` when there is none. */
  readonly row_id: number | null;
}

/** Looks at the index from its own side: entries of rows that are gone, or that have other values now. */
export class IndexInspector {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly index: BlindIndex,
    private readonly records: RecordInspector,
    private readonly findings: FindingGroups,
    private readonly repair: boolean,
  ) {}

  /** @param counts how many entries by scope the type's rows should have */
  async inspect(type: ProtectedType, counts: ReadonlyMap<number, number>): Promise<void> {
    const attributes = this.index.attributesByScope(type);
    for (const scope of attributes.keys()) {
      let ofRows = 0;
      for await (const page of this.pages(type, BLIND_INDEX, scope)) {
        await this.report(
          type,
          page.filter((entry) => entry.row_id === null),
        );
        ofRows += page.filter((entry) => entry.row_id !== null).length;
      }
      // More entries than values: only then each has to be held against its record, which opens all of them again.
      if (ofRows > (counts.get(scope) ?? 0)) await this.inspectStale(type, scope);
    }
    for (const [scope, attribute] of attributes) {
      if (attribute === null) continue;
      for await (const page of this.pages(type, UNIQUE_VALUES, scope)) {
        for (const { row_id: row, ...claim } of page) {
          if (row !== null) continue;
          if (this.repair) await releaseClaim(this.strapi, claim);
          this.findings.add(
            {
              kind: 'unique-claim-orphaned',
              uid: type.uid,
              attribute,
              record: `row ${String(claim.entity_id)}`,
            },
            this.repair,
          );
        }
      }
    }
  }

  private async inspectStale(type: ProtectedType, scope: number): Promise<void> {
    for await (const page of this.pages(type, BLIND_INDEX, scope)) {
      const ids = [...new Set(page.flatMap(({ row_id: row }) => row ?? []))];
      const expected = new Set<string>();
      const readable = new Set<number>();
      for (const part of chunk(ids)) {
        const found = await this.records.expectedTokens(type, part);
        for (const key of found.tokens) expected.add(key);
        for (const id of found.readable) readable.add(id);
      }
      // What a damaged record should have, nobody knows: its entries stay, in case it is mended.
      await this.report(
        type,
        page.filter((entry) => readable.has(entry.row_id ?? -1) && !expected.has(tokenKey(entry))),
      );
    }
  }

  private async report(type: ProtectedType, orphans: readonly IndexRow[]): Promise<void> {
    if (orphans.length === 0) return;
    const attributes = this.index.attributesByScope(type);
    if (this.repair) await deleteTokens(this.strapi, orphans);
    for (const { scope, entity_id: id } of orphans) {
      const attribute = attributes.get(scope);
      this.findings.add(
        {
          kind: 'token-orphaned',
          uid: type.uid,
          record: `row ${String(id)}`,
          ...(attribute == null ? {} : { attribute }),
        },
        this.repair,
      );
    }
  }

  private async *pages(
    type: ProtectedType,
    table: string,
    scope: number,
  ): AsyncGenerator<readonly IndexRow[]> {
    let after: IndexRow | undefined;
    for (;;) {
      const later = after === undefined ? '' : 'AND (b.token > ? OR (b.token = ? AND b.entity_id > ?))';
      const page: readonly IndexRow[] = await select<IndexRow>(
        this.strapi,
        `SELECT b.scope, b.token, b.entity_id, t.id AS row_id FROM ?? AS b LEFT JOIN ?? AS t ON t.id = b.entity_id
         WHERE b.scope = ? ${later} ORDER BY b.token, b.entity_id LIMIT ${String(PAGE)}`,
        [
          qualified(this.strapi, table),
          qualified(this.strapi, type.table),
          scope,
          ...(after === undefined ? [] : [after.token, after.token, after.entity_id]),
        ],
      );
      if (page.length > 0) yield page;
      after = page.at(-1);
      if (page.length < PAGE) return;
    }
  }
}
