import { isPlainObject } from '../query-rewriter';

import { isMaskedByNull, looksMasked } from './mask';
import type { PersonalDataMap } from './personal-data-map';

export interface WrittenMasks {
  /** The data without what the caller only sent back. */
  readonly data: Record<string, unknown>;
  /** Masks in parts that do not exist yet, which have no value to keep; paths such as `address.street`. */
  readonly unkept: readonly string[];
}

/**
 * Takes out of a masked caller's input what is only the mask that he was given: it changes nothing. So does `null` for
 * an attribute whose mask is `null` (`nulls`), as nobody can tell it from a mask; what such a caller sees as text he
 * can still replace, and empty by `null`.
 *
 * @param isNew whether the record does not exist yet: then a mask stands for no value, and is reported
 */
export function withoutWrittenMasks(
  map: PersonalDataMap,
  uid: string,
  data: Readonly<Record<string, unknown>>,
  { isNew, nulls }: { readonly isNew: boolean; readonly nulls: boolean },
): WrittenMasks {
  const unkept: string[] = [];
  return { data: sift(map, uid, data, { isNew, nulls, path: '', unkept }), unkept };
}

interface Sifting {
  readonly isNew: boolean;
  readonly nulls: boolean;
  readonly path: string;
  readonly unkept: string[];
}

function sift(
  map: PersonalDataMap,
  uid: string,
  data: Readonly<Record<string, unknown>>,
  sifting: Sifting,
): Record<string, unknown> {
  if (!map.reaches(uid)) return { ...data };
  const { attributes, parts } = map.node(uid);
  const { isNew, nulls, path, unkept } = sifting;
  const left: [string, unknown][] = [];
  for (const [name, value] of Object.entries(data)) {
    const attribute = attributes.get(name);
    if (attribute !== undefined && looksMasked(attribute, value)) {
      if (isNew) unkept.push(`${path}${name}`);
      continue;
    }
    if (attribute !== undefined && nulls && value === null && isMaskedByNull(attribute)) continue;
    const target = parts.get(name);
    left.push([
      name,
      target === undefined ? value : siftPart(map, target, value, { ...sifting, path: `${path}${name}.` }),
    ]);
  }
  // Not by assignment, which would take a key named `__proto__` for the prototype.
  return Object.fromEntries(left);
}

/** A component with an id is kept and changed; one without is made anew. */
function siftPart(map: PersonalDataMap, target: string | null, value: unknown, sifting: Sifting): unknown {
  if (Array.isArray(value)) return value.map((item) => siftPart(map, target, item, sifting));
  if (!isPlainObject(value)) return value;
  const named = value['__component'];
  const uid = target ?? (typeof named === 'string' ? named : undefined);
  if (uid === undefined) return value;
  const isNew = sifting.isNew || value['id'] === undefined || value['id'] === null;
  return sift(map, uid, value, { ...sifting, isNew });
}
