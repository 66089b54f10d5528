import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';

import type { KeyName } from './envelope';
import type { ComponentCarrier, ProtectedType, ProtectedTypes } from './protected-types';
import type { RecordWriter } from './record-writer';
import type { SubjectResolver } from './subject-resolver';

/** Whose a record is, and the key it is sealed under. */
export interface Owner {
  readonly subject: string | null;
  readonly keyName: KeyName;
}

interface Placement {
  readonly cmp_id: number;
  readonly component_type: string;
}

/**
 * Protected components belong to whom the record they stand in belongs to, and are sealed under its key, so that
 * erasing a person reaches their addresses, too.
 *
 * Strapi writes components before the record that they stand in: whose they are is not known yet, and they are sealed
 * under a key that waits for nobody in particular. Right after the record, they are sealed under its key, in the same
 * transaction.
 */
export class ComponentOwners {
  constructor(
    private readonly strapi: Core.Strapi,
    private readonly types: ProtectedTypes,
    private readonly writer: RecordWriter,
    private readonly subjects: SubjectResolver,
    /** Whether a type leaves the vault: then nothing of it is sealed. */
    private readonly isClear: (type: ProtectedType) => boolean,
  ) {}

  /**
   * Brings all components in a record, at any depth, under the record's key.
   *
   * @param owner of the record; `undefined` when the record itself holds nothing sealed
   */
  async settle(carrier: ComponentCarrier, id: number, owner: Owner | undefined): Promise<void> {
    await this.settleIn(carrier, [id], owner ?? (await this.ownerOf(carrier, id)));
  }

  private async settleIn(
    carrier: ComponentCarrier,
    ids: readonly number[],
    owner: Owner | null,
  ): Promise<void> {
    for (const [component, componentIds] of await this.componentsIn(carrier, ids)) {
      const type = this.types.get(component);
      if (type !== undefined && !this.isClear(type))
        await this.writer.sealUnderOwner(type, componentIds, owner);
      const inner = this.types.componentsIn(component);
      if (inner !== undefined) await this.settleIn(inner, componentIds, owner);
    }
  }

  /**
   * Seals components that stand in records already, under the keys of those; the ones that stand nowhere get a key of
   * their own.
   */
  async settleExisting(type: ProtectedType, ids: readonly number[]): Promise<void> {
    for (const [carrier, recordIds] of await this.recordsAround(type.uid, ids)) {
      for (const id of recordIds) await this.settle(carrier, id, await this.sealedOwner(carrier, id));
    }
    await this.writer.sealUnderOwner(type, ids, null, { pendingOnly: true });
  }

  /** The records of content types in which these components stand, through the components around them. */
  private async recordsAround(
    component: string,
    ids: readonly number[],
  ): Promise<ReadonlyMap<ComponentCarrier, ReadonlySet<number>>> {
    const found = new Map<ComponentCarrier, Set<number>>();
    const from = await tables(this.strapi);
    for (const carrier of this.types.allCarriers()) {
      const around = new Set<number>();
      for (const part of chunk(ids)) {
        const rows = (await from(carrier.joinTable)
          .select('entity_id')
          .where({ component_type: component })
          .whereIn('cmp_id', part)) as { entity_id: number }[];
        for (const row of rows) around.add(row.entity_id);
      }
      if (around.size === 0) continue;
      const records =
        carrier.uid in this.strapi.components
          ? await this.recordsAround(carrier.uid, [...around])
          : new Map([[carrier, around]]);
      for (const [outer, more] of records) {
        found.set(outer, new Set([...(found.get(outer) ?? []), ...more]));
      }
    }
    return found;
  }

  /** The key that the record around is sealed under; `undefined` when it is not. */
  private async sealedOwner({ uid }: ComponentCarrier, id: number): Promise<Owner | undefined> {
    const type = this.types.get(uid);
    const opened = type === undefined ? undefined : (await this.writer.openMany(type, [id])).get(id);
    return opened === undefined ? undefined : { subject: opened.subject, keyName: opened.keyName };
  }

  private async componentsIn(
    carrier: ComponentCarrier,
    ids: readonly number[],
  ): Promise<ReadonlyMap<string, number[]>> {
    const found = new Map<string, number[]>();
    for (const part of chunk(ids)) {
      const from = await tables(this.strapi);
      const rows = (await from(carrier.joinTable)
        .select('cmp_id', 'component_type')
        .whereIn('entity_id', part)
        .whereIn('field', [...carrier.attributes])) as Placement[];
      for (const { cmp_id: id, component_type: component } of rows) {
        const known = found.get(component);
        if (known === undefined) found.set(component, [id]);
        else known.push(id);
      }
    }
    return found;
  }

  /** A record without sealed attributes of its own can still be somebody's. */
  private async ownerOf({ uid, subject }: ComponentCarrier, id: number): Promise<Owner | null> {
    if (subject === null) return null;
    const populate = 'via' in subject ? { [subject.via]: { select: ['id'] } } : {};
    const record = (await this.strapi.db.query(uid).findOne({ where: { id }, populate })) as Record<
      string,
      unknown
    > | null;
    if (record === null) return null;
    const answer = await this.subjects.resolve({
      type: { uid, subject },
      documentId: String(record['documentId']),
      values: record,
      data: record,
      before: null,
    });
    if (answer.subject === null) return null;
    return { subject: answer.subject, keyName: await this.writer.keyNameFor(answer) };
  }
}
