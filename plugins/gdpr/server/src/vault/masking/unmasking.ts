import type { Core, UID } from '@strapi/types';
import { z } from 'zod';

import type { Unmasked, UnmaskRequest } from '../../../../contracts/personal-data';
import { badRequest, notFound } from '../../platform/errors';
import type { ProtectedType } from '../protected-types';
import type { Vault } from '../vault';

import { type Ability, currentRequest, isGranted, type RequestContext, whileRevealing } from './caller';
import type { Masking } from './masking';
import type { Target } from './personal-data-map';

const requestSchema = z.strictObject({
  uid: z.string().min(1).max(200),
  documentId: z.string().min(1).max(100),
  locale: z.string().min(1).max(20).nullish(),
  status: z.enum(['draft', 'published']).nullish(),
  reason: z.string().trim().min(1).max(1_000),
});

/** @throws ValidationError `request-invalid`, naming what is wrong */
export function parseUnmaskRequest(body: unknown): UnmaskRequest {
  const parsed = requestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    path: path.map(String),
    message,
    name: 'ValidationError',
  }));
  const names = errors.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw badRequest(
    'request-invalid',
    `To show personal data, uid, documentId and reason are needed (${names}).`,
    {
      errors,
    },
  );
}

/**
 * Shows the personal data of one record that the caller may otherwise read, and reports it before anything is answered:
 * what cannot be written down is not shown.
 *
 * @returns `null` when the caller may not read this record
 * @throws NotFoundError `record-unknown`
 */
export async function unmask(
  strapi: Core.Strapi,
  vault: Vault,
  masking: Masking,
  request: UnmaskRequest,
): Promise<Unmasked | null> {
  const { uid, documentId, locale, status, reason } = request;
  const isType = (strapi.contentTypes as Record<string, unknown>)[uid] !== undefined;
  if (!isType || masking.map.node(uid).attributes.size + masking.map.node(uid).parts.size === 0)
    throw unknownRecord();
  const context = currentRequest(strapi);
  const ability = context?.state.userAbility;
  if (!(await mayRead(strapi, context, uid))) return null;
  const record = await strapi.documents(uid as UID.ContentType).findOne({
    documentId,
    ...(locale == null ? {} : { locale }),
    ...(status == null ? {} : { status }),
    populate: partsOf(masking, uid, new Set()) as never,
  });
  if (record === null) throw unknownRecord();
  if (ability !== undefined && !(await mayReadRecord(strapi, ability, uid, documentId, { locale, status })))
    return null;

  const sanitized = await whileRevealing(() => sanitize(strapi, context, uid, record));
  const names: string[] = [];
  const attributes = personalIn(masking, uid, sanitized, names);
  const subject = await subjectOf(vault, vault.types.get(uid), record.id);
  await vault.reportUnmask({ uid, documentId, attributes: names, reason, subject });
  return { uid, documentId, attributes };
}

function unknownRecord(): Error {
  return notFound('record-unknown', 'There is no such record with personal data.');
}

async function mayRead(
  strapi: Core.Strapi,
  context: RequestContext | undefined,
  uid: string,
): Promise<boolean> {
  const { auth, userAbility } = context?.state ?? {};
  if (userAbility !== undefined) return userAbility.can('plugin::content-manager.explorer.read', uid);
  if (auth === undefined) return false;
  return (await isGranted(strapi, auth, `${uid}.findOne`)) || isGranted(strapi, auth, `${uid}.find`);
}

interface PermissionChecker {
  readonly sanitizedQuery: { read(query: unknown): Promise<object> };
  sanitizeOutput(data: unknown): Promise<unknown>;
}

function permissionChecker(strapi: Core.Strapi, userAbility: Ability, model: string): PermissionChecker {
  const service = strapi.plugin('content-manager').service('permission-checker') as unknown as {
    create(options: { userAbility: Ability; model: string }): PermissionChecker;
  };
  return service.create({ userAbility, model });
}

/** A permission of the admin panel can have conditions, such as "is creator": the database decides them. */
async function mayReadRecord(
  strapi: Core.Strapi,
  ability: Ability,
  uid: string,
  documentId: string,
  { locale, status }: Pick<UnmaskRequest, 'locale' | 'status'>,
): Promise<boolean> {
  const query = await permissionChecker(strapi, ability, uid).sanitizedQuery.read({
    filters: { documentId: { $eq: documentId } },
  });
  const count = await strapi.documents(uid as UID.ContentType).count({
    ...query,
    ...(locale == null ? {} : { locale }),
    ...(status == null ? {} : { status }),
  } as never);
  return count > 0;
}

/** As the caller would get the record if nothing were masked: without what the fields' own permissions withhold. */
async function sanitize(
  strapi: Core.Strapi,
  context: RequestContext | undefined,
  uid: string,
  record: unknown,
): Promise<unknown> {
  const { auth, userAbility } = context?.state ?? {};
  if (userAbility !== undefined) return permissionChecker(strapi, userAbility, uid).sanitizeOutput(record);
  const schema = strapi.getModel(uid as UID.Schema);
  return strapi.contentAPI.sanitize.output(record, schema, { auth: auth as never });
}

/** Components at any depth; relations are records of their own, with an unmasking of their own. */
function partsOf(masking: Masking, uid: string, above: ReadonlySet<string>): Record<string, unknown> {
  const populate: Record<string, unknown> = {};
  for (const [name, target] of masking.map.node(uid).parts) {
    const components = target === null ? masking.componentsIn(uid, name) : [target];
    const within = components.filter((one) => masking.map.reaches(one) && !above.has(one));
    if (within.length === 0) continue;
    const nested = within.map(
      (one) => [one, { populate: partsOf(masking, one, new Set([...above, one])) }] as const,
    );
    populate[name] = target === null ? { on: Object.fromEntries(nested) } : nested[0]?.[1];
  }
  return populate;
}

/**
 * What is personal in a record and its components, in the record's own shape.
 *
 * @param names gets the path of every value that was found, such as `address.street`
 */
function personalIn(
  masking: Masking,
  uid: Target,
  value: unknown,
  names: string[],
  path = '',
): Record<string, unknown> {
  if (!isRecord(value)) return {};
  const type = uid ?? (typeof value['__component'] === 'string' ? value['__component'] : '');
  const { attributes, parts } = masking.map.node(type);
  const found: Record<string, unknown> = {};
  for (const name of attributes.keys()) {
    if (!(name in value)) continue;
    found[name] = value[name];
    if (value[name] !== null && value[name] !== undefined) names.push(`${path}${name}`);
  }
  for (const [name, target] of parts) {
    const part = value[name];
    const personal = Array.isArray(part)
      ? part.map((item, at) => personalIn(masking, target, item, names, `${path}${name}.${String(at)}.`))
      : personalIn(masking, target, part, names, `${path}${name}.`);
    if (Object.keys(personal).length > 0) found[name] = personal;
  }
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function subjectOf(
  vault: Vault,
  type: ProtectedType | undefined,
  id: string | number,
): Promise<string | null> {
  if (type === undefined || typeof id !== 'number') return null;
  return (await vault.writer.openMany(type, [id])).get(id)?.subject ?? null;
}
