import type { Route } from '../platform/room';

const open = { auth: false } as const;

/** Open to everybody: what they may do depends on the token in the path. */
export const contentApiRoutes: readonly Route[] = [
  { method: 'POST', path: '/subscriptions', handler: 'consent.subscribe', config: open },
  { method: 'GET', path: '/subscriptions/form', handler: 'form.show', config: open },
  { method: 'GET', path: '/subscriptions/snippet', handler: 'form.snippet', config: open },
  { method: 'GET', path: '/subscriptions/form.js', handler: 'form.script', config: open },
  { method: 'GET', path: '/subscriptions/confirm/:token', handler: 'consent.showConfirmation', config: open },
  { method: 'POST', path: '/subscriptions/confirm/:token', handler: 'consent.confirm', config: open },
  { method: 'POST', path: '/subscriptions/renew/:token', handler: 'consent.renew', config: open },
  { method: 'GET', path: '/preferences', handler: 'preferences.askForLink', config: open },
  { method: 'POST', path: '/preferences', handler: 'preferences.sendLink', config: open },
  { method: 'GET', path: '/preferences/:token', handler: 'preferences.show', config: open },
  { method: 'POST', path: '/preferences/:token', handler: 'preferences.save', config: open },
  { method: 'GET', path: '/unsubscribe/:token', handler: 'consent.showUnsubscribe', config: open },
  { method: 'POST', path: '/unsubscribe/:token', handler: 'consent.unsubscribe', config: open },
];
