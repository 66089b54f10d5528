import type { Core } from '@strapi/types';

import { type ViewConfiguration, viewConfigurations } from '../vault';

import { DATA_SUBJECT } from './data-subjects';
import { CONTACT, LEAD } from './people';

interface View {
  readonly mainField: string;
  readonly list: readonly string[];
  /** Rows of the form; the widths of a row add up to 12. */
  readonly edit: readonly (readonly (readonly [name: string, size: number])[])[];
}

const VIEWS: Readonly<Record<string, View>> = {
  [LEAD]: {
    mainField: 'lastName',
    list: ['lastName', 'firstName', 'email', 'company', 'leadStatus'],
    edit: [
      [
        ['leadStatus', 4],
        ['source', 4],
        ['preferredLanguage', 4],
      ],
      [
        ['firstName', 6],
        ['lastName', 6],
      ],
      [
        ['email', 6],
        ['phone', 6],
      ],
      [
        ['company', 6],
        ['jobTitle', 6],
      ],
      [
        ['website', 6],
        ['country', 6],
      ],
      [['message', 12]],
      [
        ['dataSubject', 6],
        ['convertedContact', 6],
      ],
    ],
  },
  [CONTACT]: {
    mainField: 'lastName',
    list: ['lastName', 'firstName', 'email', 'phone', 'company'],
    edit: [
      [
        ['salutation', 2],
        ['firstName', 5],
        ['lastName', 5],
      ],
      [
        ['email', 6],
        ['dateOfBirth', 6],
      ],
      [
        ['phone', 6],
        ['mobile', 6],
      ],
      [
        ['company', 6],
        ['jobTitle', 6],
      ],
      [['street', 12]],
      [
        ['postalCode', 3],
        ['city', 5],
        ['country', 4],
      ],
      [['notes', 12]],
      [
        ['source', 6],
        ['preferredLanguage', 6],
      ],
      [['dataSubject', 6]],
    ],
  },
  [DATA_SUBJECT]: {
    mainField: 'email',
    list: ['email', 'createdAt'],
    edit: [
      [['email', 12]],
      [
        ['leads', 6],
        ['contacts', 6],
      ],
    ],
  },
};

/**
 * Arranges leads and contacts in the content manager as people expect them: once, so that what an admin changes
 * afterwards stays.
 */
export async function arrangeViews(strapi: Core.Strapi): Promise<void> {
  const service = viewConfigurations(strapi);
  for (const [uid, view] of Object.entries(VIEWS)) {
    const store = strapi.store({ type: 'plugin', name: 'gdpr', key: `view-${uid}` });
    if ((await store.get({})) !== null) continue;
    const contentType = strapi.contentType(uid as never);
    const { attributes } = contentType as unknown as {
      attributes: Readonly<Record<string, { target?: string }>>;
    };
    // Related people go by the name that their own type goes by.
    const mainFieldOf = (name: string): string | undefined =>
      VIEWS[attributes[name]?.target ?? '']?.mainField;
    const current = await service.findConfiguration(contentType);
    await service.updateConfiguration(contentType, arranged(view, current, mainFieldOf));
    await store.set({ value: true });
  }
}

function arranged(
  view: View,
  { settings, metadatas }: ViewConfiguration,
  mainFieldOf: (name: string) => string | undefined,
): ViewConfiguration {
  return {
    settings: {
      ...settings,
      mainField: view.mainField,
      defaultSortBy: 'createdAt',
      defaultSortOrder: 'DESC',
    },
    metadatas: Object.fromEntries(
      Object.entries(metadatas).map(([name, { edit, list }]) => {
        const label = labelOf(name);
        const mainField = mainFieldOf(name);
        const related = mainField === undefined ? {} : { mainField };
        return [name, { edit: { ...edit, ...related, label }, list: { ...list, ...related, label } }];
      }),
    ),
    layouts: { list: view.list, edit: view.edit.map((row) => row.map(([name, size]) => ({ name, size }))) },
  };
}

/** `preferredLanguage` → `Preferred language` */
function labelOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
