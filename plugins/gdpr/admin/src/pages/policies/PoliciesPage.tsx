import { Box, Button, EmptyStateLayout, Flex, Grid, Typography } from '@strapi/design-system';
import { File, Plus } from '@strapi/icons';
import { Layouts, Page } from '@strapi/strapi/admin';
import * as React from 'react';
import { useIntl } from 'react-intl';
import { Link } from 'react-router-dom';
import { styled } from 'styled-components';

import type { AcceptanceRate, PolicySummary } from '../../../../contracts/policies';
import { useGetPoliciesQuery } from '../../api/policies';
import { Card } from '../../components/Card';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Meter } from '../../components/Meter';
import { Notice } from '../../components/Notice';
import { Skeleton } from '../../components/Skeleton';
import { Small } from '../../components/Small';
import { EDIT_POLICIES, READ_POLICIES, useMay } from '../../permissions';
import { useText } from '../../text';

import { CreatePolicyDialog } from './CreatePolicyDialog';

/** "Policies": what people are told and agree to, version by version, and how many have agreed. */
export default function PoliciesPage() {
  const text = useText();
  const mayEdit = useMay(EDIT_POLICIES);
  const [isCreating, setIsCreating] = React.useState(false);
  const create = mayEdit ? (
    <Button startIcon={<Plus />} onClick={() => setIsCreating(true)}>
      {text('policies.create')}
    </Button>
  ) : undefined;
  return (
    <Page.Protect permissions={[READ_POLICIES]}>
      <Page.Main>
        <Page.Title>{text('policies.title')}</Page.Title>
        <Layouts.Header
          title={text('policies.title')}
          subtitle={text('policies.subtitle')}
          primaryAction={create}
        />
        <Layouts.Content>
          <PolicyList />
          {isCreating && <CreatePolicyDialog onClose={() => setIsCreating(false)} />}
        </Layouts.Content>
      </Page.Main>
    </Page.Protect>
  );
}

function PolicyList() {
  const text = useText();
  const { data, error, refetch } = useGetPoliciesQuery(undefined, { refetchOnMountOrArgChange: true });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined)
    return (
      <Card>
        <Skeleton width="50%" role="status" aria-label={text('policies.loading')} />
      </Card>
    );
  if (data.length === 0)
    return (
      <EmptyStateLayout
        icon={
          <Box color="primary600" aria-hidden>
            <File fill="currentColor" width="4.8rem" height="4.8rem" />
          </Box>
        }
        content={text('policies.empty')}
      />
    );
  return (
    <Grid.Root gap={6} tag="ul">
      {data.map((policy) => (
        <Grid.Item key={policy.documentId} col={6} xs={12} tag="li" direction="column" alignItems="stretch">
          <PolicyCard policy={policy} />
        </Grid.Item>
      ))}
    </Grid.Root>
  );
}

function PolicyCard({ policy }: { readonly policy: PolicySummary }) {
  const text = useText();
  const intl = useIntl();
  return (
    <Card>
      <Flex direction="column" alignItems="start" gap={1}>
        <Typography tag="h2" variant="delta">
          <PolicyLink to={policy.documentId}>{policy.title}</PolicyLink>
        </Typography>
        <Small>
          {text(`policies.kind.${policy.kind}`)} · /{policy.slug}
        </Small>
      </Flex>
      <Flex tag="ul" direction="column" alignItems="stretch" gap={2}>
        {policy.languages.map(({ language, inForce, scheduled, drafts }) => (
          <li key={language}>
            <Notice tone={inForce === null ? 'warning' : 'success'}>
              <strong>{intl.formatDisplayName(language, { type: 'language' })}</strong>:{' '}
              {inForce === null
                ? text('policies.language.none')
                : text('policies.language.in-force', { number: inForce.number ?? 0 })}
              {scheduled.length > 0 &&
                `; ${text('policies.language.scheduled', { count: scheduled.length })}`}
              {drafts.length > 0 && `; ${text('policies.language.drafts', { count: drafts.length })}`}
            </Notice>
          </li>
        ))}
        {policy.languages.length === 0 && (
          <li>
            <Notice tone="warning">{text('policies.language.nothing')}</Notice>
          </li>
        )}
      </Flex>
      <Acceptance acceptance={policy.acceptance} />
    </Card>
  );
}

/** How many agree with what is in force, in words and as a bar. */
export function Acceptance({ acceptance }: { readonly acceptance: AcceptanceRate }) {
  const text = useText();
  const { people, accepted, stale, withdrawn, asked, rate } = acceptance;
  if (rate === null) return <Small>{text('policies.acceptance.nobody')}</Small>;
  return (
    <Flex direction="column" alignItems="stretch" gap={2}>
      <Typography>{text('policies.acceptance', { accepted, people, rate })}</Typography>
      <Meter share={rate} label={text('policies.acceptance.bar')} />
      <Small>{text('policies.acceptance.rest', { stale, withdrawn, asked })}</Small>
    </Flex>
  );
}

const PolicyLink = styled(Link)`
  color: ${({ theme }) => theme.colors.neutral800};
`;
