import { Flex, Grid, Typography } from '@strapi/design-system';
import { BackButton, Layouts, Page } from '@strapi/strapi/admin';
import { useIntl } from 'react-intl';
import { useLocation, useParams } from 'react-router-dom';

import type { AuditEntry } from '../../../../contracts/audit';
import { useGetAuditEntryQuery } from '../../api/audit';
import { ActionIcon } from '../../components/audit/ActionIcon';
import { EntrySentence, useWording } from '../../components/audit/EntrySentence';
import type { Wording } from '../../components/audit/sentence';
import { Card } from '../../components/Card';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Notice } from '../../components/Notice';
import { Skeleton } from '../../components/Skeleton';
import { READ_AUDIT } from '../../permissions';
import { PLUGIN_ID } from '../../pluginId';
import { useText } from '../../text';

import { ChangedValues } from './ChangedValues';
import { EntryFacts } from './EntryFacts';
import { EntryProof } from './EntryProof';
import { EntryRecords } from './EntryRecords';

const NO_NAMES = {};

/** One entry with all that is known of it, and the proof that it was not edited. */
export function EntryPage() {
  const text = useText();
  const intl = useIntl();
  const { index = '' } = useParams();
  // The list puts its filters there.
  const { back = '' } = (useLocation().state ?? {}) as { readonly back?: string };
  return (
    <Page.Protect permissions={[READ_AUDIT]}>
      <Page.Main>
        <Page.Title>{text('audit.entry.title', { index })}</Page.Title>
        <Layouts.Header
          title={text('audit.entry.title', {
            index: /^\d{1,15}$/.test(index) ? intl.formatNumber(Number(index)) : index,
          })}
          navigationAction={<BackButton fallback={`/plugins/${PLUGIN_ID}/audit${back}`} />}
        />
        <Layouts.Content>
          {/^\d{1,15}$/.test(index) ? <Entry index={Number(index)} /> : <Page.Error />}
        </Layouts.Content>
      </Page.Main>
    </Page.Protect>
  );
}

function Entry({ index }: { readonly index: number }) {
  const { data, error, refetch } = useGetAuditEntryQuery(index, { refetchOnMountOrArgChange: true });
  const wording = useWording(data?.meta.actors ?? NO_NAMES);
  const text = useText();
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined)
    return (
      <Card>
        <Skeleton width="60%" role="status" aria-label={text('audit.list.loading')} />
      </Card>
    );
  const entry = data.data;
  return (
    <Grid.Root gap={6}>
      <Grid.Item col={8} s={12} xs={12} direction="column" alignItems="stretch" gap={6}>
        {entry === null ? (
          <Card title={text('audit.pruned.title')}>
            <Notice tone="waiting">{text('audit.pruned.text')}</Notice>
          </Card>
        ) : (
          <Told entry={entry} index={index} wording={wording} />
        )}
      </Grid.Item>
      <Grid.Item col={4} s={12} xs={12} direction="column" alignItems="stretch" gap={6}>
        <Card title={text('audit.proof.title')}>
          <EntryProof index={index} meta={data.meta} />
        </Card>
      </Grid.Item>
    </Grid.Root>
  );
}

interface ToldProps {
  readonly entry: AuditEntry;
  readonly index: number;
  readonly wording: Wording;
}

/** What the entry says. */
function Told({ entry, index, wording }: ToldProps) {
  const text = useText();
  return (
    <>
      <Card>
        <Flex gap={4} alignItems="center">
          <ActionIcon action={entry.action} />
          <Typography variant="delta" tag="h2" style={{ overflowWrap: 'anywhere' }}>
            <EntrySentence entry={entry} wording={wording} />
          </Typography>
        </Flex>
        <EntryFacts entry={entry} wording={wording} />
      </Card>
      {entry.hasValues && (
        <Card title={text(entry.action === 'unmask' ? 'audit.reason.title' : 'audit.values.title')}>
          <ChangedValues index={index} isReason={entry.action === 'unmask'} />
        </Card>
      )}
      {entry.records.length > 0 && (
        <Card title={text('audit.records.title')}>
          <EntryRecords records={entry.records} wording={wording} />
        </Card>
      )}
    </>
  );
}
