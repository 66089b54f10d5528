import { type Permission, useAuth } from '@strapi/strapi/admin';

const permission = (action: string): Pick<Permission, 'action' | 'subject'> => ({ action, subject: null });

/** The rights that this panel asks for; the server asks for them again. */
export const READ_AUDIT = permission('plugin::gdpr.audit.read');
export const SEE_VALUES = permission('plugin::gdpr.audit.values');
export const EXPORT_AUDIT = permission('plugin::gdpr.audit.export');
export const VERIFY_AUDIT = permission('plugin::gdpr.audit.verify');
export const READ_CONSENT = permission('plugin::gdpr.consent.read');
export const WITHDRAW_CONSENT = permission('plugin::gdpr.consent.withdraw');
export const PROVE_CONSENT = permission('plugin::gdpr.consent.proof');
export const READ_POLICIES = permission('plugin::gdpr.policies.read');
export const EDIT_POLICIES = permission('plugin::gdpr.policies.edit');
export const PUBLISH_POLICIES = permission('plugin::gdpr.policies.publish');
export const SEE_CLEAR = permission('plugin::gdpr.personal-data.read');

/** Whether whoever is signed in has all of these rights. */
export function useMay(...needed: readonly Pick<Permission, 'action' | 'subject'>[]): boolean {
  const permissions = useAuth('gdpr', ({ permissions }) => permissions);
  return needed.every(({ action }) => permissions.some((granted) => granted.action === action));
}

/** The content types whose records whoever is signed in may open in the content manager. */
export function useReadableTypes(): (uid: string) => boolean {
  const permissions = useAuth('gdpr', ({ permissions }) => permissions);
  return (uid) =>
    permissions.some(
      ({ action, subject }) => action === 'plugin::content-manager.explorer.read' && subject === uid,
    );
}
