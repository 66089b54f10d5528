import type { AuditEntry, Source } from '../entry/entry';

/** OCSF 6005, Datastore Activity: class 6005 of category 6, https://schema.ocsf.io/classes/datastore_activity. */
const ACTIVITIES: Readonly<Record<string, number>> = {
  read: 1,
  update: 2,
  publish: 2,
  unpublish: 2,
  discardDraft: 2,
  query: 4,
  create: 6,
  clone: 6,
  delete: 7,
};
const ACTIVITY_NAMES: Readonly<Record<number, string>> = {
  1: 'Read',
  2: 'Update',
  4: 'Query',
  6: 'Create',
  7: 'Delete',
  99: 'Other',
};
const OTHER = 99;
const [INFORMATIONAL, HIGH] = [1, 4];

/** An entry as an OCSF event; what it was before stands whole in `unmapped`, with its place in the log. */
export function ocsfEvent(entry: AuditEntry, index: number, attributes: readonly string[][]): object {
  const isExport = entry.action === 'export';
  const activity = isExport ? 1 : (ACTIVITIES[entry.action] ?? OTHER);
  const isDenied = entry.action === 'denied';
  const isAlert = entry.action === 'tampering';
  return {
    class_uid: 6005,
    class_name: 'Datastore Activity',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: activity,
    activity_name: activity === OTHER ? entry.action : ACTIVITY_NAMES[activity],
    type_uid: 6005 * 100 + activity,
    severity_id: isAlert ? HIGH : INFORMATIONAL,
    status_id: isDenied ? 2 : 1,
    status: isDenied ? 'Failure' : 'Success',
    time: entry.time,
    metadata: {
      version: '1.3.0',
      uid: entry.id,
      sequence: index,
      product: { name: 'strapi-plugin-gdpr-crm', vendor_name: 'strapi-plugin-gdpr-crm' },
    },
    actor: { user: { uid: entry.actor }, ...(entry.name === undefined ? {} : { app_name: entry.name }) },
    src_endpoint: { ip: entry.ip, svc_name: serviceName(entry.source) },
    type: 'Database Record',
    type_id: OTHER,
    ...(entry.records === undefined
      ? {}
      : {
          databucket: { name: 'strapi', type_id: OTHER, type: 'Strapi content types' },
          query_info: { uid: entry.id, query_string: describe(entry, attributes) },
        }),
    unmapped: entry,
  };
}

function serviceName(source: Source): string {
  return source;
}

/** Which records and attributes, as far as one field can say it. */
function describe(entry: AuditEntry, attributes: readonly string[][]): string {
  return (entry.records ?? [])
    .map(({ type, ids }, at) => `${type} ids=${ids} attributes=${(attributes[at] ?? []).join(',')}`)
    .join('; ');
}
