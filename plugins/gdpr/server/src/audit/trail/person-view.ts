import type { Core } from '@strapi/types';

import { tables } from '../../platform/database/connection';
import type { AuditEntry } from '../entry/entry';
import { unpackIds } from '../entry/record-ids';
import type { AttributeSchemas } from '../store/attribute-schemas';
import type { RecordDirectory } from '../store/record-directory';
import { LOG } from '../store/tables';

import { actorNames, actorRoles } from './actor-names';
import {
  categoriesOf,
  type Disclosure,
  isAccess,
  type PersonalAccess,
  type RecipientCategory,
} from './recipients';
import type { Trail } from './trail';

/** Tells what was disclosed of a person outside of this system. Rooms above know it and register this. */
export type FindsDisclosures = (person: string) => Promise<readonly Disclosure[]>;

/** Who received or saw a person's data. */
export interface PersonView {
  readonly recipients: readonly RecipientCategory[];
  /** Entries that were pruned by age: what they said is not in here. */
  readonly prunedEntries: number;
}

const USER = 'plugin::users-permissions.user';

/**
 * A person's own view of the trail: the part of an answer under GDPR Article 15(1)(c) that the trail can give. The
 * person's own looks at their own account are none of anybody's receiving.
 */
export class PersonViews {
  readonly disclosures: FindsDisclosures[] = [];

  constructor(
    private readonly strapi: Core.Strapi,
    private readonly trail: Trail,
    private readonly directory: RecordDirectory,
    private readonly schemas: AttributeSchemas,
  ) {}

  /**
   * @param person `documentId` of the data subject
   * @param options `naming` also tells the accounts behind each category by name
   */
  async of(person: string, { naming = false }: { readonly naming?: boolean } = {}): Promise<PersonView> {
    const records = await this.directory.recordsOfSubject(person);
    const documents = await this.directory.documentsOfSubject(person);
    const own = new Set([...(records.get(USER) ?? [])].map((id) => `user:${String(id)}`));
    const accesses: PersonalAccess[] = [];
    for await (const entry of this.trail.about(person)) {
      if (!isAccess(entry) || own.has(entry.actor)) continue;
      accesses.push({ entry, data: await this.dataOf(entry, records, documents) });
    }
    const actors = [...new Set(accesses.map(({ entry }) => entry.actor))];
    const accounts = {
      roles: await actorRoles(this.strapi, actors),
      names: await actorNames(this.strapi, actors),
    };
    const disclosures = (await Promise.all(this.disclosures.map((find) => find(person)))).flat();
    return {
      recipients: categoriesOf(accesses, disclosures, accounts, { naming }),
      prunedEntries: await this.prunedEntries(),
    };
  }

  /** Of an entry about many people only what is this person's. */
  private async dataOf(
    { records: sets = [], details }: AuditEntry,
    records: ReadonlyMap<string, ReadonlySet<number>>,
    documents: ReadonlySet<string>,
  ): Promise<Record<string, readonly string[]>> {
    const data: Record<string, readonly string[]> = {};
    for (const { type, ids, documents: stated = [], attributes } of sets) {
      const own = records.get(type);
      const isTheirs =
        (unpackIds(ids) ?? []).some((id) => own?.has(id)) || stated.some((one) => documents.has(one));
      if (!isTheirs || attributes === undefined) continue;
      const names = await this.schemas.names(attributes);
      data[type] = [...new Set([...(data[type] ?? []), ...names])];
    }
    // An unmasking names its type and attributes besides.
    const [type, attributes] = [details?.['type'], details?.['attributes']];
    if (typeof type === 'string' && Array.isArray(attributes)) data[type] = attributes;
    return data;
  }

  private async prunedEntries(): Promise<number> {
    const from = await tables(this.strapi);
    const row = (await from(LOG).whereNull('entry').count({ count: '*' }).first()) as {
      count: number | string;
    };
    return Number(row.count);
  }
}
