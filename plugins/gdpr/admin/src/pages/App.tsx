import { Layouts, Page, SubNav } from '@strapi/strapi/admin';
import * as React from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';

import { READ_AUDIT, READ_CONSENT, READ_POLICIES, useMay } from '../permissions';
import { PLUGIN_ID } from '../pluginId';
import { type TextKey, useText } from '../text';

import { AuditPage } from './audit/AuditPage';
import { EntryPage } from './audit/EntryPage';

// Apart, so that nobody who only looks into the trail loads them.
const ConsentPage = React.lazy(() => import('./consent/ConsentPage'));
const PoliciesPage = React.lazy(() => import('./policies/PoliciesPage'));
const PolicyPage = React.lazy(() => import('./policies/PolicyPage'));
const VersionPage = React.lazy(() => import('./policies/VersionPage'));

interface PluginPage {
  readonly path: string;
  readonly label: TextKey;
  readonly permission: typeof READ_AUDIT;
}

/** The pages in the order of the side navigation; whoever lacks the permission does not see the link. */
const SECTIONS: readonly { readonly label: TextKey; readonly pages: readonly PluginPage[] }[] = [
  {
    label: 'nav.people',
    pages: [
      { path: 'consent', label: 'consent.title', permission: READ_CONSENT },
      { path: 'policies', label: 'policies.title', permission: READ_POLICIES },
    ],
  },
  { label: 'nav.accountability', pages: [{ path: 'audit', label: 'audit.title', permission: READ_AUDIT }] },
];

/** The plugin's pages, below `plugins/gdpr`. */
export default function App() {
  return (
    <Layouts.Root sideNav={<PluginNav />}>
      <React.Suspense fallback={<Page.Loading />}>
        <Routes>
          <Route index element={<FirstPage />} />
          <Route path="consent" element={<ConsentPage />} />
          <Route path="policies" element={<PoliciesPage />} />
          <Route path="policies/:policyId" element={<PolicyPage />} />
          <Route path="policies/:policyId/versions/:versionId" element={<VersionPage />} />
          <Route path="audit" element={<AuditPage />} />
          <Route path="audit/:index" element={<EntryPage />} />
          <Route path="*" element={<Page.Error />} />
        </Routes>
      </React.Suspense>
    </Layouts.Root>
  );
}

/** The first page that somebody may see. */
function FirstPage() {
  const mayConsent = useMay(READ_CONSENT);
  const mayPolicies = useMay(READ_POLICIES);
  return <Navigate to={mayConsent ? 'consent' : mayPolicies ? 'policies' : 'audit'} replace />;
}

function PluginNav() {
  const text = useText();
  return (
    <SubNav.Main aria-label={text('plugin.name')}>
      <SubNav.Header label={text('plugin.name')} />
      <SubNav.Content>
        <SubNav.Sections>
          {SECTIONS.map(({ label, pages }) => (
            <SubNav.Section key={label} label={text(label)}>
              {pages.map((page) => (
                <PageLink key={page.path} page={page} />
              ))}
            </SubNav.Section>
          ))}
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
