import type { OpenedRecord } from '../../vault';
import { packAttributes } from '../entry/attribute-set';
import type { RecordSet } from '../entry/entry';
import { packIds } from '../entry/record-ids';
import type { AttributeSchemas } from '../store/attribute-schemas';

import type { Draft } from './draft';

interface TypeAccess {
  readonly ids: Set<number>;
  readonly attributes: Set<string>;
}

/** Reads that belong together, merged: which records of which types, and which attributes of them. */
export class Access {
  private readonly types = new Map<string, TypeAccess>();

  constructor(
    readonly action: string,
    readonly purpose: string | undefined,
    /** Who asked is shown masks. */
    private readonly isMasked = false,
  ) {}

  add(records: readonly OpenedRecord[]): void {
    for (const { type, id, attributes } of records) {
      let access = this.types.get(type.uid);
      if (access === undefined) {
        access = { ids: new Set(), attributes: new Set() };
        this.types.set(type.uid, access);
      }
      // Rows without an id do not come from a table of their own.
      if (id !== null) access.ids.add(id);
      // On the way of every row of a list: once all are in, nothing can be added.
      if (access.attributes.size < type.names.length)
        for (const name of attributes) access.attributes.add(name);
    }
  }

  get isEmpty(): boolean {
    return this.types.size === 0;
  }

  draft(schemas: AttributeSchemas): Draft {
    const records: RecordSet[] = [];
    for (const [type, { ids, attributes }] of this.types) {
      records.push({ type, ids: packIds(ids), attributes: packAttributes(schemas.of(type), attributes) });
    }
    const draft = { action: this.action, purpose: this.purpose, records };
    return this.isMasked ? { ...draft, details: { masked: true } } : draft;
  }
}

/** Accesses by action and purpose. */
export class Accesses {
  private readonly all = new Map<string, Access>();

  add(records: readonly OpenedRecord[], action: string, purpose: string | undefined, isMasked = false): void {
    const key = `${action}\n${purpose ?? ''}\n${String(isMasked)}`;
    let access = this.all.get(key);
    if (access === undefined) {
      access = new Access(action, purpose, isMasked);
      this.all.set(key, access);
    }
    access.add(records);
  }

  drafts(schemas: AttributeSchemas): Draft[] {
    return [...this.all.values()].filter((access) => !access.isEmpty).map((access) => access.draft(schemas));
  }
}
