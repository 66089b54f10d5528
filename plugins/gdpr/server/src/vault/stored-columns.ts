import type { Core } from '@strapi/types';

import { tables } from '../platform/database/connection';
import { chunk } from '../platform/database/dialect';

import { type ProtectedType, SEALED } from './protected-types';

interface JoinTable {
  readonly name: string;
  readonly joinColumn: { readonly name: string };
  readonly inverseJoinColumn: { readonly name: string };
}

interface RelationColumns {
  readonly joinTable?: JoinTable;
  readonly joinColumn?: { readonly name: string };
}

/** How a to-one relation of a type is stored. */
export type RelationStorage =
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'table'; readonly table: JoinTable };

/** The columns that sealing or opening a row by itself needs: where it belongs, and what is protected. */
export function columnsOf(strapi: Core.Strapi, type: ProtectedType): string[] {
  const { attributes } = strapi.db.metadata.get(type.uid);
  const own = [type.place.attribute, 'locale', 'publishedAt'].flatMap((name) => {
    const attribute = attributes[name];
    return attribute === undefined || !('columnName' in attribute) ? [] : [attribute.columnName ?? name];
  });
  const subject = subjectColumns(strapi, type);
  const held = [...type.attributes.values()].map(({ column }) => column);
  return [...new Set(['id', SEALED, ...own, ...subject, ...held])];
}

/** The columns beside the protected ones that say whose data a row is. */
function subjectColumns(strapi: Core.Strapi, type: ProtectedType): string[] {
  const { attributes } = strapi.db.metadata.get(type.uid);
  const columns = subjectRelations(type).flatMap((name) => {
    const storage = relationStorage(strapi, type, name);
    return storage?.kind === 'column' ? [storage.column] : [];
  });
  const { subject } = type;
  if (subject !== null && 'id' in subject) {
    const attribute = attributes[subject.id];
    if (attribute !== undefined && 'columnName' in attribute) {
      columns.push(attribute.columnName ?? subject.id);
    }
  }
  return columns;
}

/** The relations that may say whose data a row is. */
export function subjectRelations({ subject }: ProtectedType): string[] {
  if (subject === null) return [];
  if ('via' in subject) return [subject.via];
  return 'email' in subject ? ['dataSubject'] : [];
}

export function relationStorage(
  strapi: Core.Strapi,
  type: ProtectedType,
  name: string,
): RelationStorage | null {
  const attribute = strapi.db.metadata.get(type.uid).attributes[name];
  if (attribute?.type !== 'relation') return null;
  // Strapi's types do not say that a relation has either.
  const { joinTable, joinColumn } = attribute as RelationColumns;
  if (joinTable !== undefined) return { kind: 'table', table: joinTable };
  return joinColumn === undefined ? null : { kind: 'column', column: joinColumn.name };
}

/** Where a to-one relation of each of these rows leads. */
export async function relatedRows(
  strapi: Core.Strapi,
  type: ProtectedType,
  name: string,
  rows: readonly { readonly id: number; readonly [column: string]: unknown }[],
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  const storage = relationStorage(strapi, type, name);
  if (storage === null) return found;
  if (storage.kind === 'column') {
    for (const row of rows) {
      const related = row[storage.column];
      if (typeof related === 'number') found.set(row.id, related);
    }
    return found;
  }
  const { name: table, joinColumn, inverseJoinColumn } = storage.table;
  for (const part of chunk(rows)) {
    const from = await tables(strapi);
    const links = (await from(table)
      .select({ own: joinColumn.name, related: inverseJoinColumn.name })
      .whereIn(
        joinColumn.name,
        part.map(({ id }) => id),
      )) as { own: number; related: number }[];
    for (const { own, related } of links) found.set(own, related);
  }
  return found;
}
