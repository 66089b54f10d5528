import { Layouts, Page, SubNav } from '@strapi/strapi/admin';
import { Navigate, Route, Routes } from 'react-router-dom';

import { READ_AUDIT, useMay } from '../permissions';
import { PLUGIN_ID } from '../pluginId';
import { type TextKey, useText } from '../text';

import { AuditPage } from './audit/AuditPage';
import { EntryPage } from './audit/EntryPage';

interface PluginPage {
  readonly path: string;
  readonly label: TextKey;
  readonly permission: typeof READ_AUDIT;
}

/** The pages in the order of the side navigation; whoever lacks the permission does not see the link. */
const PAGES: readonly PluginPage[] = [{ path: 'audit', label: 'audit.title', permission: READ_AUDIT }];

/** The plugin's pages, below `plugins/gdpr`. */
export default function App() {
  return (
    <Layouts.Root sideNav={<PluginNav />}>
      <Routes>
        <Route index element={<Navigate to="audit" replace />} />
        <Route path="audit" element={<AuditPage />} />
        <Route path="audit/:index" element={<EntryPage />} />
        <Route path="*" element={<Page.Error />} />
      </Routes>
    </Layouts.Root>
  );
}

function PluginNav() {
  const text = useText();
  return (
    <SubNav.Main aria-label={text('plugin.name')}>
      <SubNav.Header label={text('plugin.name')} />
      <SubNav.Content>
        <SubNav.Sections>
          {[
            <SubNav.Section key="accountability" label={text('nav.accountability')}>
              {PAGES.map((page) => (
                <PageLink key={page.path} page={page} />
              ))}
            </SubNav.Section>,
          ]}
        </SubNav.Sections>
      </SubNav.Content>
    </SubNav.Main>
  );
}

function PageLink({ page }: { readonly page: PluginPage }) {
  const text = useText();
  if (!useMay(page.permission)) return null;
  return <SubNav.Link to={`/plugins/${PLUGIN_ID}/${page.path}`} label={text(page.label)} />;
}
