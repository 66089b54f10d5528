import { badRequest } from '../platform/errors';

import type { AnnotatedAttribute } from './annotation';

const DATE = /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))/;
const TIME = /^(2[0-3]|[01]\d):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?$/;
const COMPACT_DATE = /^(\d{2}|\d{4})(?:(?<=^\d{4})(0[1-9]|1[0-2])(\d{2})?)?$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})([T ]\d{2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const BIG_INTEGER = /^[+-]?\d+$/;

/**
 * Brings a value into the one form its attribute's type has, as Strapi's own fields do on the way to a column and
 * back (`@strapi/database`, fields): a protected attribute must answer like a plain one.
 *
 * @returns what JSON keeps and what readers get; `null` for null and undefined
 * @throws ValidationError when the value cannot be one of this type; the message does not repeat the value
 */
export function normaliseValue(attribute: AnnotatedAttribute, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (attribute.type) {
    case 'string':
    case 'text':
    case 'richtext':
    case 'email':
    case 'enumeration':
      return textOf(value);
    case 'integer':
    case 'float':
    case 'decimal':
      return toNumber(attribute, value);
    case 'biginteger':
      return toBigInteger(attribute, value);
    case 'boolean':
      return toBoolean(value);
    case 'date':
      return toDate(attribute, value);
    case 'time':
      return toTime(attribute, value);
    case 'datetime':
      return toDateTime(attribute, value).toISOString();
    case 'timestamp':
      return String(toDateTime(attribute, value).getTime());
    case 'json':
    case 'blocks':
      return toJson(value);
  }
}

function invalid(attribute: AnnotatedAttribute, expected: string): Error {
  const message = `${attribute.name} must be ${expected}`;
  return badRequest('protected-attribute-invalid', message, {
    errors: [{ path: [attribute.name], message, name: 'ValidationError' }],
  });
}

function textOf(value: unknown): string {
  // An object becomes "[object Object]", as in Strapi's own string fields.
  return typeof value === 'string' ? value : String(value);
}

function toNumber(attribute: AnnotatedAttribute, value: unknown): number {
  const number = typeof value === 'number' ? value : numberFromText(value);
  if (!Number.isFinite(number)) throw invalid(attribute, 'a number');
  return number;
}

function numberFromText(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? Number(value.trim()) : Number.NaN;
}

function toBigInteger(attribute: AnnotatedAttribute, value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && Number.isInteger(value)) return value.toString();
  if (typeof value === 'string' && BIG_INTEGER.test(value.trim())) return BigInt(value.trim()).toString();
  throw invalid(attribute, 'an integer');
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'string' && ['false', 'f', '0'].includes(value)) return false;
  return Boolean(value);
}

function toDate(attribute: AnnotatedAttribute, value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString().slice(0, 10);
  const day = typeof value === 'string' ? DATE.exec(value)?.[1] : undefined;
  if (day === undefined || !existsInCalendar(day)) throw invalid(attribute, 'a date as yyyy-MM-dd');
  return day;
}

function existsInCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function toTime(attribute: AnnotatedAttribute, value: unknown): string {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (match === null) throw invalid(attribute, 'a time as HH:mm:ss.SSS');
  const [, hours, minutes, seconds, fraction = ''] = match;
  return `${String(hours)}:${String(minutes)}:${String(seconds)}.${fraction.padEnd(3, '0')}`;
}

function toDateTime(attribute: AnnotatedAttribute, value: unknown): Date {
  const date = value instanceof Date ? value : parseDateTime(value);
  if (Number.isNaN(date.getTime())) throw invalid(attribute, 'a timestamp or an ISO 8601 date and time');
  return date;
}

/**
 * ISO 8601 first, also its short forms, and what is none is a number of milliseconds: as Strapi's own `datetime` does
 * (date-fns `parseISO`, then `parse` with "T"). Without a zone it is local time.
 */
function parseDateTime(value: unknown): Date {
  const text = String(value);
  const [, year = '', month = '01', day = '01'] = COMPACT_DATE.exec(text) ?? [];
  const compact = `${year.padEnd(4, '0')}-${month}-${day}`;
  if (year !== '' && existsInCalendar(compact)) return new Date(`${compact}T00:00`);
  if (/^-?\d+$/.test(text)) return new Date(Number(text));
  const [, date, time = 'T00', zone = ''] = DATE_TIME.exec(text) ?? [];
  if (date === undefined || !existsInCalendar(date)) return new Date(Number.NaN);
  const clock = time.replace(' ', 'T').replace(',', '.');
  return new Date(`${date}${/:/.test(clock) ? clock : `${clock}:00`}${zone}`);
}

/** As it comes back from a JSON column: text that holds JSON reads as what it says. */
function toJson(value: unknown): unknown {
  if (typeof value !== 'string') return JSON.parse(JSON.stringify(value)) as unknown;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
