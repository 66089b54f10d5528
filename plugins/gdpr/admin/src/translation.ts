import { PLUGIN_ID } from './pluginId';

/** The id of one of the plugin's texts. */
export function textId(key: string): string {
  return `${PLUGIN_ID}.${key}`;
}

/** Strapi holds the texts of all plugins in one dictionary, so each key carries the plugin's name. */
export function prefixed(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [textId(key), text]));
}
