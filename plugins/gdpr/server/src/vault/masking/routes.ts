import type { AdminAction, Route } from '../../platform/room';

import { UNMASK } from './caller';

/**
 * Actions with a route of the content API can be granted to tokens and roles. `read` answers only those who have it, so
 * that a client learns from 200 or 403 whether it gets plain values or masks.
 */
export const contentApiRoutes: readonly Route[] = [
  { method: 'GET', path: '/personal-data/access', handler: 'personal-data.read' },
  { method: 'POST', path: '/personal-data/unmask', handler: 'personal-data.unmask' },
];

export const adminRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/personal-data/access',
    handler: 'personal-data.read',
    config: { policies: ['admin::isAuthenticatedAdmin'] },
  },
  {
    method: 'POST',
    path: '/personal-data/unmask',
    handler: 'personal-data.unmask',
    config: {
      policies: [
        'admin::isAuthenticatedAdmin',
        { name: 'admin::hasPermissions', config: { actions: [UNMASK] } },
      ],
    },
  },
];

const action = (uid: string, displayName: string): AdminAction => ({
  section: 'plugins',
  displayName,
  uid,
  subCategory: 'Personal data',
  pluginName: 'gdpr',
});

export const adminActions: readonly AdminAction[] = [
  action('personal-data.read', 'See personal data in clear'),
  action('personal-data.unmask', 'Show one masked record, with a reason'),
];
