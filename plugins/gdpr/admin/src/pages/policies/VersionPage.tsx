import { Grid } from '@strapi/design-system';
import { BackButton, Layouts, Page } from '@strapi/strapi/admin';
import * as React from 'react';
import { useParams } from 'react-router-dom';

import type { PolicyDetail, PolicyVersion } from '../../../../contracts/policies';
import { useGetPolicyQuery, useGetPolicyVersionQuery } from '../../api/policies';
import { Card } from '../../components/Card';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Facts } from '../../components/Facts';
import { Skeleton } from '../../components/Skeleton';
import { EDIT_POLICIES, PUBLISH_POLICIES, READ_POLICIES, useMay } from '../../permissions';
import { PLUGIN_ID } from '../../pluginId';
import { useText } from '../../text';

import { Changes } from './Changes';
import { Preview } from './Preview';
import { PublishButton } from './PublishButton';
import { useVersionState } from './version-state';
import { VersionEditor } from './VersionEditor';

/** One version of a policy: a draft to work on, or what was published and nobody changes any more. */
export default function VersionPage() {
  const text = useText();
  const { policyId = '', versionId = '' } = useParams();
  const policy = useGetPolicyQuery(policyId);
  const version = useGetPolicyVersionQuery(versionId, { refetchOnMountOrArgChange: true });
  const error = policy.error ?? version.error;
  const title = version.data?.title ?? text('policies.version');
  return (
    <Page.Protect permissions={[READ_POLICIES]}>
      {error === undefined && policy.data !== undefined && version.data !== undefined ? (
        <Version key={version.data.documentId} policy={policy.data} version={version.data} />
      ) : (
        <Page.Main>
          <Page.Title>{title}</Page.Title>
          <Layouts.Header
            title={title}
            navigationAction={<BackButton fallback={`/plugins/${PLUGIN_ID}/policies/${policyId}`} />}
          />
          <Layouts.Content>
            {error === undefined ? (
              <Card>
                <Skeleton width="50%" role="status" aria-label={text('policies.loading')} />
              </Card>
            ) : (
              <ErrorNotice error={error} onRetry={() => void version.refetch()} />
            )}
          </Layouts.Content>
        </Page.Main>
      )}
    </Page.Protect>
  );
}

function Version({ policy, version }: { readonly policy: PolicyDetail; readonly version: PolicyVersion }) {
  const text = useText();
  const state = useVersionState();
  const isDraft = version.state === 'draft';
  const mayEdit = useMay(EDIT_POLICIES) && isDraft;
  const mayPublish = useMay(PUBLISH_POLICIES) && isDraft;
  // What is not saved is not what would be published.
  const [isDirty, setIsDirty] = React.useState(false);
  return (
    <Page.Main>
      <Page.Title>{version.title}</Page.Title>
      <Layouts.Header
        title={version.title}
        subtitle={state(version, policy)}
        navigationAction={<BackButton fallback={`/plugins/${PLUGIN_ID}/policies/${policy.documentId}`} />}
        primaryAction={
          mayPublish ? <PublishButton version={version} policy={policy} isDirty={isDirty} /> : undefined
        }
      />
      <Layouts.Content>
        <Grid.Root gap={6} paddingBottom={8}>
          {mayEdit && (
            <Grid.Item col={6} s={12} xs={12} direction="column" alignItems="stretch">
              <VersionEditor version={version} onDirty={setIsDirty} />
            </Grid.Item>
          )}
          <Grid.Item col={mayEdit ? 6 : 12} s={12} xs={12} direction="column" alignItems="stretch" gap={6}>
            <Card title={text(mayEdit ? 'policies.preview' : 'policies.text')}>
              <Preview version={version} isStale={isDirty} />
            </Card>
            {!isDraft && (
              <Card title={text('policies.evidence')}>
                <Facts
                  columns={2}
                  facts={[
                    [text('policies.hash'), version.hash ?? ''],
                    [text('policies.released-by'), version.releasedBy ?? ''],
                  ]}
                />
              </Card>
            )}
          </Grid.Item>
          <Grid.Item col={12} direction="column" alignItems="stretch">
            <Changes policy={policy} version={version} />
          </Grid.Item>
        </Grid.Root>
      </Layouts.Content>
    </Page.Main>
  );
}
