import { Shield } from '@strapi/icons';
import type { StrapiApp } from '@strapi/strapi/admin';

import { PersonalDataPanel } from './components/PersonalDataPanel';
import { SeenByPanel } from './components/SeenByPanel';
import { type EditLayout, lockMaskedFields } from './masked-fields';
import { READ_AUDIT, READ_CONSENT, READ_POLICIES } from './permissions';
import { PLUGIN_ID } from './pluginId';
import { messageOf } from './text';
import { prefixed } from './translation';

/** What of the content manager's programming interface this plugin uses. */
interface ContentManagerApis {
  addEditViewSidePanel(panels: readonly unknown[]): void;
}

export default {
  register(app: StrapiApp): void {
    app.registerPlugin({ id: PLUGIN_ID, name: PLUGIN_ID });
    app.addMenuLink({
      to: `plugins/${PLUGIN_ID}`,
      icon: Shield,
      intlLabel: messageOf('plugin.name'),
      // Any of these opens the menu: one for each page.
      permissions: [READ_CONSENT, READ_POLICIES, READ_AUDIT],
      Component: () => import('./pages/App'),
    });
  },

  bootstrap(app: Pick<StrapiApp, 'getPlugin' | 'registerHook'>): void {
    // A plugin's interface is typed as unknown values by name.
    const apis = app.getPlugin('content-manager').apis as unknown as ContentManagerApis;
    apis.addEditViewSidePanel([PersonalDataPanel, SeenByPanel]);
    app.registerHook('Admin/CM/pages/EditView/mutate-edit-view-layout', (given: { layout: EditLayout }) =>
      lockMaskedFields(given),
    );
  },

  async registerTrads({ locales }: { locales: string[] }) {
    return Promise.all(
      locales.map(async (locale) => {
        try {
          const { default: texts } = (await import(`./translations/${locale}.json`)) as {
            default: Record<string, string>;
          };
          return { data: prefixed(texts), locale };
        } catch {
          // A language that the plugin does not have: the texts in the code are English.
          return { data: {}, locale };
        }
      }),
    );
  },
};
