import type { AdminAction, Route } from '../platform/room';

const ACTION = 'plugin::gdpr.audit';

const open = { auth: false } as const;

/** For everybody, and without anything personal: what it takes to hold the log to its word. */
export const contentApiRoutes: readonly Route[] = [
  { method: 'GET', path: '/transparency/checkpoint', handler: 'audit.checkpoint', config: open },
  { method: 'GET', path: '/transparency/key', handler: 'audit.key', config: open },
  { method: 'GET', path: '/transparency/proof/:index', handler: 'audit.inclusionProof', config: open },
  { method: 'GET', path: '/transparency/consistency/:size', handler: 'audit.consistencyProof', config: open },
];

/** @param besides what else is needed */
function guarded(
  action: 'read' | 'values' | 'export' | 'verify',
  ...besides: readonly string[]
): Route['config'] {
  return {
    policies: [
      'admin::isAuthenticatedAdmin',
      { name: 'admin::hasPermissions', config: { actions: [`${ACTION}.${action}`, ...besides] } },
    ],
  };
}

/** Old and new values are personal data in clear: whoever sees masks elsewhere must not read around them here. */
const CLEAR = 'plugin::gdpr.personal-data.read';

export const adminRoutes: readonly Route[] = [
  { method: 'GET', path: '/audit/entries', handler: 'audit.find', config: guarded('read') },
  { method: 'GET', path: '/audit/entries/:index', handler: 'audit.findOne', config: guarded('read') },
  {
    method: 'GET',
    path: '/audit/entries/:index/values',
    handler: 'audit.values',
    config: guarded('values', CLEAR),
  },
  {
    method: 'POST',
    path: '/audit/entries/:index/verification',
    handler: 'audit.verifyOne',
    config: guarded('read'),
  },
  { method: 'POST', path: '/audit/person', handler: 'audit.findPerson', config: guarded('read') },
  { method: 'GET', path: '/audit/choices', handler: 'audit.choices', config: guarded('read') },
  {
    method: 'GET',
    path: '/audit/records/:type/:documentId',
    handler: 'audit.seenBy',
    config: guarded('read'),
  },
  { method: 'GET', path: '/audit/state', handler: 'audit.state', config: guarded('read') },
  { method: 'POST', path: '/audit/verification', handler: 'audit.verify', config: guarded('verify') },
  { method: 'GET', path: '/audit/verification', handler: 'audit.verification', config: guarded('verify') },
  { method: 'GET', path: '/audit/export', handler: 'audit.download', config: guarded('export') },
];

function action(name: string, displayName: string): AdminAction {
  return {
    section: 'plugins',
    displayName,
    uid: `audit.${name}`,
    subCategory: 'Audit trail',
    pluginName: 'gdpr',
  };
}

export const adminActions: readonly AdminAction[] = [
  action('read', 'See who opened and changed personal data'),
  action('values', 'See old and new values of a change'),
  action('export', 'Export the audit trail'),
  action('verify', 'Verify the audit trail'),
];
