import type { AnnotatedAttribute } from './annotation';
import { normaliseValue } from './attribute-codec';

/**
 * Reads a protected attribute out of its own column, as Strapi's fields do (`@strapi/database`, fields, `fromDB`), and
 * brings it into the form in which it is sealed. A value that its type does not allow (SQLite stores any) is kept as it
 * is: sealing a table must not lose what somebody once put there.
 *
 * @param raw what the database driver gives
 * @returns `null` for NULL
 */
export function readColumn(attribute: AnnotatedAttribute, raw: unknown): unknown {
  const value = fromDriver(attribute, raw);
  if (value === null || value === undefined) return null;
  try {
    return normaliseValue(attribute, value);
  } catch {
    return value;
  }
}

function fromDriver({ type }: AnnotatedAttribute, raw: unknown): unknown {
  if (raw === null || raw === undefined) return null;
  switch (type) {
    case 'integer':
    case 'float':
    case 'decimal':
      return typeof raw === 'string' && raw.trim() !== '' && !Number.isNaN(Number(raw)) ? Number(raw) : raw;
    case 'boolean':
      return toBoolean(raw);
    case 'datetime':
    case 'timestamp':
      // As a number it is milliseconds, which `new Date(text)` would take for a year when it is small.
      return typeof raw === 'number' ? new Date(raw) : raw;
    case 'json':
    case 'blocks':
      return toJson(raw);
    default:
      return raw;
  }
}

function toBoolean(raw: unknown): unknown {
  if (raw === 1 || raw === '1' || raw === true) return true;
  if (raw === 0 || raw === '0' || raw === false) return false;
  return raw;
}

/** Parsed twice where it was stored twice over, as Strapi does since 5.0.0-rc.7. */
function toJson(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw;
  try {
    const parsed = JSON.parse(raw) as unknown;
    return typeof parsed === 'string' ? (JSON.parse(parsed) as unknown) : parsed;
  } catch {
    return raw;
  }
}

/** The counterpart of {@link readColumn}: a sealed value in the form its own column takes. */
export function writeColumn(attribute: AnnotatedAttribute, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (attribute.type) {
    case 'json':
    case 'blocks':
      // What Strapi never could parse goes back as the text it was.
      return typeof value === 'string' && toJson(value) === value ? value : JSON.stringify(value);
    case 'datetime':
      return toDate(value);
    case 'timestamp':
      return toDate(typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value);
    default:
      return value;
  }
}

function toDate(value: unknown): unknown {
  const date = new Date(value as string | number);
  return Number.isNaN(date.getTime()) ? value : date;
}
