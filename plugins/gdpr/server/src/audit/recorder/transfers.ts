import type { TransferredRecords } from '../../vault';
import { packAttributes } from '../entry/attribute-set';
import type { RecordSet } from '../entry/entry';
import { packIds } from '../entry/record-ids';
import type { AttributeSchemas } from '../store/attribute-schemas';

import type { Draft } from './draft';

/** Records of one entry at most: an import of a million is a hundred entries, none of which fills the memory. */
const PART = 10_000;

type Transferred = TransferredRecords['records'][number];

/**
 * What a data transfer writes and removes in one transaction: an entry a content type, with the ids of the records and
 * without a value of theirs (docs/decisions/0053-transfers-by-the-table.md).
 */
export class Transfers {
  private readonly changes = new Map<
    string,
    { readonly event: TransferredRecords; readonly all: Transferred[] }
  >();

  add(event: TransferredRecords): void {
    const key = `${event.change} ${event.uid}`;
    const known = this.changes.get(key);
    if (known === undefined) this.changes.set(key, { event, all: [...event.records] });
    else for (const record of event.records) known.all.push(record);
  }

  drafts(schemas: AttributeSchemas): Draft[] {
    return [...this.changes.values()].flatMap(({ event: { uid, change }, all }) => {
      // A row that one batch wrote and another looked at again is one record.
      const sorted = [...new Map(all.map((record) => [record.id, record])).values()].sort(
        (a, b) => a.id - b.id,
      );
      const parts = Math.ceil(sorted.length / PART);
      return Array.from({ length: parts }, (_, at): Draft => {
        const records = sorted.slice(at * PART, (at + 1) * PART);
        const details = {
          type: uid,
          change,
          count: sorted.length,
          ...(parts === 1 ? {} : { part: at + 1, parts }),
        };
        return { action: 'transfer', records: [recordSetOf(uid, change, records, schemas)], details };
      });
    });
  }
}

function recordSetOf(
  type: string,
  change: TransferredRecords['change'],
  records: readonly Transferred[],
  schemas: AttributeSchemas,
): RecordSet {
  const schema = schemas.of(type);
  const set: RecordSet = {
    type,
    change,
    ids: packIds(records.map(({ id }) => id)),
    attributes: packAttributes(schema, schema.attributes),
  };
  // Whose a row is that is there, it says itself. Of one that is gone only this entry can tell.
  if (change === 'create') return set;
  const subjects = new Set(records.flatMap(({ subject }) => subject ?? []));
  return {
    ...set,
    documents: records.map(({ documentId }) => documentId ?? ''),
    subjects: subjects.size === 0 ? undefined : [...subjects],
  };
}
