import {
  Button,
  Flex,
  SingleSelect,
  SingleSelectOption,
  Table,
  Tbody,
  Td,
  Th,
  Thead,
  Tr,
  Typography,
} from '@strapi/design-system';
import { BackButton, Layouts, Page, useAPIErrorHandler, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';
import { useIntl } from 'react-intl';
import { Link, useNavigate, useParams } from 'react-router-dom';

import type { PolicyDetail, PolicyLanguage, PolicyVersionSummary } from '../../../../contracts/policies';
import {
  useCreatePolicyVersionMutation,
  useGetPolicyQuery,
  useLazyGetPolicyVersionQuery,
} from '../../api/policies';
import { Card } from '../../components/Card';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Skeleton } from '../../components/Skeleton';
import { Small } from '../../components/Small';
import { EDIT_POLICIES, READ_POLICIES, useMay } from '../../permissions';
import { PLUGIN_ID } from '../../pluginId';
import { useText } from '../../text';

import { Acceptance } from './PoliciesPage';
import { useVersionState } from './version-state';

const LANGUAGES: readonly PolicyLanguage[] = ['en', 'de', 'fr', 'es'];

/** One policy: its versions in every language, the newest first, and how many have agreed. */
export default function PolicyPage() {
  const text = useText();
  const { policyId = '' } = useParams();
  const { data, error, refetch } = useGetPolicyQuery(policyId, { refetchOnMountOrArgChange: true });
  return (
    <Page.Protect permissions={[READ_POLICIES]}>
      <Page.Main>
        <Page.Title>{data?.title ?? text('policies.title')}</Page.Title>
        <Layouts.Header
          title={data?.title ?? text('policies.title')}
          subtitle={data === undefined ? undefined : `/api/gdpr/policies/${data.slug}`}
          navigationAction={<BackButton fallback={`/plugins/${PLUGIN_ID}/policies`} />}
        />
        <Layouts.Content>
          {error !== undefined ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : data === undefined ? (
            <Card>
              <Skeleton width="50%" role="status" aria-label={text('policies.loading')} />
            </Card>
          ) : (
            <Flex direction="column" alignItems="stretch" gap={6} paddingBottom={8}>
              <Card title={text('policies.acceptance.bar')}>
                <Acceptance acceptance={data.acceptance} />
              </Card>
              <Versions policy={data} />
            </Flex>
          )}
        </Layouts.Content>
      </Page.Main>
    </Page.Protect>
  );
}

function Versions({ policy }: { readonly policy: PolicyDetail }) {
  const text = useText();
  const mayEdit = useMay(EDIT_POLICIES);
  return (
    <Card title={text('policies.versions')} action={mayEdit ? <NewVersion policy={policy} /> : undefined}>
      {policy.versions.length === 0 ? (
        <Typography>{text('policies.versions.none')}</Typography>
      ) : (
        <Table colCount={4} rowCount={policy.versions.length + 1}>
          <Thead>
            <Tr>
              {(
                ['policies.version', 'policies.field.language', 'policies.state', 'policies.change'] as const
              ).map((key) => (
                <Th key={key}>
                  <Typography variant="sigma">{text(key)}</Typography>
                </Th>
              ))}
            </Tr>
          </Thead>
          <Tbody>
            {policy.versions.map((version) => (
              <VersionRow key={version.documentId} version={version} policy={policy} />
            ))}
          </Tbody>
        </Table>
      )}
    </Card>
  );
}

function VersionRow({
  version,
  policy,
}: {
  readonly version: PolicyVersionSummary;
  readonly policy: PolicyDetail;
}) {
  const text = useText();
  const intl = useIntl();
  const { documentId, number, title, language, materialChange, changeNote } = version;
  const state = useVersionState();
  return (
    <Tr>
      <Td>
        <Typography fontWeight="bold">
          <Link to={`versions/${documentId}`} style={{ color: 'inherit' }}>
            {number === null ? text('policies.draft', { title }) : text('policies.number', { number, title })}
          </Link>
        </Typography>
      </Td>
      <Td>
        <Typography>{intl.formatDisplayName(language, { type: 'language' }) ?? language}</Typography>
      </Td>
      <Td>
        <Typography>{state(version, policy)}</Typography>
      </Td>
      <Td>
        <Flex direction="column" alignItems="start">
          {materialChange && <Typography>{text('policies.material')}</Typography>}
          {changeNote !== null && <Small>{changeNote}</Small>}
        </Flex>
      </Td>
    </Tr>
  );
}

/** Begins a draft, from the text that is in force where there is one. */
function NewVersion({ policy }: { readonly policy: PolicyDetail }) {
  const text = useText();
  const intl = useIntl();
  const navigate = useNavigate();
  const { toggleNotification } = useNotification();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [language, setLanguage] = React.useState<PolicyLanguage>(policy.languages[0]?.language ?? 'en');
  const [create, { isLoading }] = useCreatePolicyVersionMutation();
  const [load] = useLazyGetPolicyVersionQuery();
  const begin = async (): Promise<void> => {
    const current = policy.languages.find((one) => one.language === language)?.inForce ?? null;
    const known = current === null ? null : await load(current.documentId);
    const input = {
      language,
      title: current?.title ?? policy.title,
      text: known?.data?.text ?? `# ${policy.title}\n`,
      materialChange: false,
    };
    const answer = await create({ policyId: policy.documentId, input });
    if ('error' in answer) toggleNotification({ type: 'danger', message: formatError(answer.error) });
    else navigate(`versions/${answer.data.documentId}`);
  };
  return (
    <Flex gap={2}>
      <SingleSelect
        aria-label={text('policies.field.language')}
        size="S"
        value={language}
        onChange={(value: string | number) => setLanguage(LANGUAGES.find((one) => one === value) ?? 'en')}
      >
        {LANGUAGES.map((one) => (
          <SingleSelectOption key={one} value={one}>
            {intl.formatDisplayName(one, { type: 'language' }) ?? one}
          </SingleSelectOption>
        ))}
      </SingleSelect>
      <Button variant="secondary" loading={isLoading} onClick={() => void begin()}>
        {text('policies.draft.new')}
      </Button>
    </Flex>
  );
}
