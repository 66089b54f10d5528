import { Box, Flex, Typography } from '@strapi/design-system';
import * as React from 'react';
import { Link } from 'react-router-dom';
import { styled } from 'styled-components';

import { useGetSeenByQuery } from '../api/audit';
import { useGetPersonalDataAccessQuery } from '../api/personal-data';
import { READ_AUDIT, useMay } from '../permissions';
import { PLUGIN_ID } from '../pluginId';
import { useText } from '../text';

import { ActionIcon } from './audit/ActionIcon';
import { EntrySentence, useWording } from './audit/EntrySentence';
import { fold } from './audit/fold';
import { RelativeTime } from './audit/RelativeTime';
import { ErrorNotice } from './ErrorNotice';
import type { PanelProps } from './PersonalDataPanel';
import { Skeleton } from './Skeleton';

/** Side panel of the edit view, for those who may see the audit trail: who opened and changed this record last. */
export function SeenByPanel(props: PanelProps): { title: string; content: React.ReactNode } | null {
  const text = useText();
  const mayRead = useMay(READ_AUDIT);
  const { data: access } = useGetPersonalDataAccessQuery(undefined, { skip: !mayRead });
  const { model, documentId } = props;
  if (!mayRead || access === undefined || documentId === undefined) return null;
  if (!access.types.includes(model)) return null;
  return { title: text('seen-by.title'), content: <SeenBy type={model} documentId={documentId} /> };
}

const NO_NAMES = {};
/** Accesses shown at most. */
const SHOWN = 5;

function SeenBy({ type, documentId }: { readonly type: string; readonly documentId: string }) {
  const text = useText();
  const { data, error, refetch } = useGetSeenByQuery(
    { type, documentId },
    { refetchOnMountOrArgChange: true },
  );
  const wording = useWording(data?.meta.actors ?? NO_NAMES, true);
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined)
    return <Skeleton width="100%" role="status" aria-label={text('audit.list.loading')} />;
  return (
    <Flex direction="column" alignItems="stretch" gap={3} width="100%">
      {data.data.length === 0 && <Typography textColor="neutral700">{text('seen-by.nobody')}</Typography>}
      <Flex tag="ul" direction="column" alignItems="stretch" gap={3}>
        {fold(data.data, wording)
          .slice(0, SHOWN)
          .map(({ entry, times }) => (
            <Flex tag="li" key={entry.index} gap={3} alignItems="start">
              <ActionIcon action={entry.action} />
              <Box minWidth={0} style={{ overflowWrap: 'anywhere' }}>
                <Typography tag="p" variant="omega">
                  <EntrySentence entry={entry} wording={wording} />
                </Typography>
                <RelativeTime time={entry.time} />
                {times > 1 && (
                  <Typography variant="pi" textColor="neutral600">
                    {` · ${text('seen-by.times', { count: times })}`}
                  </Typography>
                )}
              </Box>
            </Flex>
          ))}
      </Flex>
      <AllLink
        to={`/plugins/${PLUGIN_ID}/audit?type=${encodeURIComponent(type)}&document=${encodeURIComponent(documentId)}`}
      >
        {text('seen-by.all')}
      </AllLink>
    </Flex>
  );
}

const AllLink = styled(Link)`
  color: ${({ theme }) => theme.colors.primary600};
  font-size: ${({ theme }) => theme.fontSizes[2]};

  &:hover {
    text-decoration: underline;
  }
`;
