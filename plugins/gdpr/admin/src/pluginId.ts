export const PLUGIN_ID = 'gdpr';
