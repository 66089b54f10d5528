import type { Route } from '../platform/room';

/** The same five routes Strapi gives a project's own types, under `/api/gdpr`. */
function restRoutes(name: 'lead' | 'contact', plural: string): Route[] {
  return [
    { method: 'GET', path: `/${plural}`, handler: `${name}.find` },
    { method: 'GET', path: `/${plural}/:id`, handler: `${name}.findOne` },
    { method: 'POST', path: `/${plural}`, handler: `${name}.create` },
    { method: 'PUT', path: `/${plural}/:id`, handler: `${name}.update` },
    { method: 'DELETE', path: `/${plural}/:id`, handler: `${name}.delete` },
  ];
}

export const contentApiRoutes: readonly Route[] = [
  ...restRoutes('lead', 'leads'),
  ...restRoutes('contact', 'contacts'),
  { method: 'POST', path: '/leads/:documentId/convert', handler: 'people.convertLead' },
];

export const adminRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/leads/:documentId/convert',
    handler: 'people.convertLead',
    config: {
      policies: [
        'admin::isAuthenticatedAdmin',
        {
          name: 'admin::hasPermissions',
          config: {
            actions: [
              ['plugin::content-manager.explorer.update', 'plugin::gdpr.lead'],
              ['plugin::content-manager.explorer.create', 'plugin::gdpr.contact'],
            ],
          },
        },
      ],
    },
  },
];
