import type { Core } from '@strapi/types';

import { insertIfAbsent, tables } from '../../platform/database/connection';
import type { ProtectedType } from '../../vault';
import { type AttributeSchema, attributeSchema, schemaIdOf, unpackAttributes } from '../entry/attribute-set';

import { SCHEMAS } from './tables';

/** The attribute schemas of this version's protected types, and those of all versions before. */
export class AttributeSchemas {
  private readonly current = new Map<string, AttributeSchema>();
  private readonly known = new Map<string, AttributeSchema>();

  constructor(
    private readonly strapi: Core.Strapi,
    types: readonly ProtectedType[],
  ) {
    for (const { uid, names } of types) this.current.set(uid, attributeSchema(uid, names));
  }

  of(uid: string): AttributeSchema {
    const schema = this.current.get(uid);
    if (schema === undefined) throw new Error(`${uid} is not a protected type.`);
    return schema;
  }

  /** Stores the schemas that are new. @returns those: each gets an entry in the log, which explains the sets after it */
  async store(): Promise<AttributeSchema[]> {
    await this.load();
    const fresh: AttributeSchema[] = [];
    for (const schema of this.current.values()) {
      if (this.known.has(schema.id)) continue;
      const row = { id: schema.id, type: schema.type, attributes: JSON.stringify(schema.attributes) };
      // Another node that boots at the same moment may be first, and writes the entry.
      if (await insertIfAbsent(this.strapi, SCHEMAS, row, ['id'])) fresh.push(schema);
    }
    return fresh;
  }

  /** The names in an attribute set of any version; empty for one that nobody knows. */
  async names(packed: string): Promise<string[]> {
    const id = schemaIdOf(packed);
    if (!this.known.has(id)) await this.load();
    const schema = this.known.get(id);
    return schema === undefined ? [] : (unpackAttributes(schema, packed) ?? []);
  }

  private async load(): Promise<void> {
    const from = await tables(this.strapi);
    const rows = (await from(SCHEMAS)) as { id: string; type: string; attributes: string }[];
    for (const { id, type, attributes } of rows) {
      this.known.set(id, { id, type, attributes: JSON.parse(attributes) as string[] });
    }
  }
}
