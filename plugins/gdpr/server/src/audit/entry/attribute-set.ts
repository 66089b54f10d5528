import { hash } from 'node:crypto';

/** The protected attributes of a type in an order that stays: what the bits of an attribute set stand for. */
export interface AttributeSchema {
  /** Six characters that name type, attributes and their order. */
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly string[];
}

export function attributeSchema(type: string, attributes: readonly string[]): AttributeSchema {
  const id = hash('sha256', JSON.stringify([type, attributes]), 'base64url').slice(0, 6);
  return { id, type, attributes };
}

/**
 * A set of attributes as `schema.bits`, bits in hexadecimal, the lowest for the first attribute: eleven names in ten
 * characters. The log itself says what a schema's attributes are, in an entry of its own.
 */
export function packAttributes(schema: AttributeSchema, names: Iterable<string>): string {
  let bits = 0n;
  for (const name of names) {
    const at = schema.attributes.indexOf(name);
    if (at < 0) throw new RangeError(`${schema.type} has no protected attribute of this name.`);
    bits |= 1n << BigInt(at);
  }
  return `${schema.id}.${bits.toString(16)}`;
}

/** The schema a set refers to. */
export function schemaIdOf(packed: string): string {
  return packed.slice(0, 6);
}

/** @returns the names in the schema's order; `null` for what is no set of this schema */
export function unpackAttributes(schema: AttributeSchema, packed: string): string[] | null {
  const [, id, hex] = /^([\w-]{6})\.([0-9a-f]{1,64})$/.exec(packed) ?? [];
  if (id !== schema.id || hex === undefined) return null;
  const bits = BigInt(`0x${hex}`);
  if (bits >> BigInt(schema.attributes.length) !== 0n) return null;
  return schema.attributes.filter((_, at) => ((bits >> BigInt(at)) & 1n) === 1n);
}
