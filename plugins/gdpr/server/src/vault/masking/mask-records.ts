import { maskOf } from './mask';
import type { PersonalDataMap, Target } from './personal-data-map';

/** Whether a record is the caller's own, which he sees whatever he may read of others. */
export type IsOwn = (uid: string, record: Readonly<Record<string, unknown>>) => boolean;

/**
 * Masks the personal data in a record or a list of them, at any depth: relations, components, dynamic zones.
 *
 * @returns a copy where something was masked; what was given is left as it is
 */
export function maskRecords(map: PersonalDataMap, uid: string, data: unknown, isOwn: IsOwn): unknown {
  return maskAny(map, uid, data, isOwn, new Map());
}

function maskAny(
  map: PersonalDataMap,
  uid: Target,
  data: unknown,
  isOwn: IsOwn,
  seen: Map<object, unknown>,
): unknown {
  if (typeof data !== 'object' || data === null) return data;
  // A record that refers to itself refers to its masked copy.
  if (seen.has(data)) return seen.get(data);
  if (Array.isArray(data)) {
    const copies: unknown[] = [];
    seen.set(data, copies);
    for (const item of data) copies.push(maskAny(map, uid, item, isOwn, seen));
    return copies;
  }
  const record = data as Readonly<Record<string, unknown>>;
  const type = uid ?? typeNamedBy(record);
  if (type === undefined || !map.reaches(type)) return data;
  const { attributes, relations, parts } = map.node(type);
  // The prototype is kept, because Strapi tells the subject of a permission by the object's class.
  const copy = Object.assign(
    Object.create(Object.getPrototypeOf(record) as object | null) as Record<string, unknown>,
    record,
  );
  seen.set(data, copy);
  if (!isOwn(type, record)) {
    for (const [name, attribute] of attributes) {
      if (name in copy) copy[name] = maskOf(attribute, copy[name]);
    }
  }
  for (const [name, target] of [...relations, ...parts]) {
    if (copy[name] !== undefined) copy[name] = maskAny(map, target, copy[name], isOwn, seen);
  }
  return copy;
}

function typeNamedBy(record: Readonly<Record<string, unknown>>): string | undefined {
  const name = record['__type'] ?? record['__component'];
  return typeof name === 'string' ? name : undefined;
}
