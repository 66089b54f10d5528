import { Box, Button, Flex, Typography } from '@strapi/design-system';
import { ArrowClockwise, ChevronLeft, ChevronRight } from '@strapi/icons';
import { useIntl } from 'react-intl';
import { Link, useLocation, useSearchParams } from 'react-router-dom';
import { styled } from 'styled-components';

import type { AuditEntry } from '../../../../contracts/audit';
import { useGetAuditEntriesQuery, useGetAuditStateQuery } from '../../api/audit';
import { ActionIcon } from '../../components/audit/ActionIcon';
import { EntrySentence, useWording } from '../../components/audit/EntrySentence';
import { RelativeTime } from '../../components/audit/RelativeTime';
import type { Wording } from '../../components/audit/sentence';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Skeleton } from '../../components/Skeleton';
import { useText } from '../../text';

import { STATE_POLL } from './ChainCard';
import { NoEntries } from './NoEntries';
import { auditQueryOf, hasFilters, PAGE_SIZE, readSearch } from './trail-search';

const NO_NAMES = {};

/** The entries that the filters leave, the newest first. */
export function EntryList() {
  const [params] = useSearchParams();
  const search = readSearch(params);
  const { currentData, error, isFetching, refetch } = useGetAuditEntriesQuery(auditQueryOf(search), {
    refetchOnMountOrArgChange: true,
  });
  const wording = useWording(currentData?.meta.actors ?? NO_NAMES);
  if (error !== undefined && !isFetching) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (currentData === undefined) return <LoadingEntries />;
  const { data: entries, meta } = currentData;
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      {search.before === undefined && <NewEntries known={meta.size} onShow={() => void refetch()} />}
      {entries.length === 0 ? (
        <NoEntries isFiltered={hasFilters(search)} />
      ) : (
        <Box tag="ol" background="neutral0" hasRadius shadow="tableShadow">
          {entries.map((entry) => (
            <EntryRow key={entry.index} entry={entry} wording={wording} />
          ))}
        </Box>
      )}
      <Pager next={meta.next} size={meta.size} />
    </Flex>
  );
}

function EntryRow({ entry, wording }: { readonly entry: AuditEntry; readonly wording: Wording }) {
  const text = useText();
  const { search } = useLocation();
  const remarks = [
    entry.purpose === undefined ? [] : text('audit.row.purpose', { purpose: entry.purpose }),
    entry.ip === undefined ? [] : text('audit.row.ip', { ip: entry.ip }),
    entry.action === 'read' && wording.isBesideRecord !== true ? attributeCount(entry, wording) : [],
  ].flat();
  return (
    <Row tag="li" gap={4} alignItems="start" padding={4}>
      <ActionIcon action={entry.action} />
      <Box flex="1" minWidth={0} paddingTop="4px">
        <EntryLink to={String(entry.index)} state={{ back: search }}>
          <EntrySentence entry={entry} wording={wording} />
        </EntryLink>
        {remarks.length > 0 && (
          <Typography tag="p" variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
            {remarks.join(' · ')}
          </Typography>
        )}
      </Box>
      <Box paddingTop="4px">
        <RelativeTime time={entry.time} />
      </Box>
    </Row>
  );
}

function attributeCount(entry: AuditEntry, { text }: Wording): string[] {
  const names = new Set(entry.records.flatMap(({ attributes }) => attributes));
  return names.size === 0 ? [] : [text('audit.row.attributes', { count: names.size })];
}

/** What was sealed since this page was loaded; it does not move what somebody is reading. */
function NewEntries({ known, onShow }: { readonly known: number; readonly onShow: () => void }) {
  const text = useText();
  const { data: state } = useGetAuditStateQuery(undefined, { pollingInterval: STATE_POLL });
  const count = (state?.size ?? known) - known;
  return (
    <Box aria-live="polite">
      {count > 0 && (
        <Button variant="secondary" startIcon={<ArrowClockwise />} onClick={onShow}>
          {text('audit.list.new', { count })}
        </Button>
      )}
    </Box>
  );
}

/** Pages that were left for older ones, for the way back. */
interface PagerState {
  readonly newer?: readonly (string | null)[];
}

function Pager({ next, size }: { readonly next: number | null; readonly size: number }) {
  const text = useText();
  const intl = useIntl();
  const [params, setParams] = useSearchParams();
  // What this component puts into the history.
  const { newer = [] } = (useLocation().state ?? {}) as PagerState;
  const before = params.get('before');

  const goTo = (page: string | null, left: readonly (string | null)[]): void => {
    const changed = new URLSearchParams(params);
    if (page === null) changed.delete('before');
    else changed.set('before', page);
    setParams(changed, { state: { newer: left } });
  };
  return (
    <Flex tag="nav" aria-label={text('audit.pager')} justifyContent="space-between" gap={4} wrap="wrap">
      <Typography variant="pi" textColor="neutral600">
        {text('audit.list.size', { count: size, shown: intl.formatNumber(size) })}
      </Typography>
      <Flex gap={2}>
        <Button
          variant="tertiary"
          startIcon={<ChevronLeft />}
          disabled={before === null}
          onClick={() => goTo(newer.at(-1) ?? null, newer.slice(0, -1))}
        >
          {text('audit.pager.newer')}
        </Button>
        <Button
          variant="tertiary"
          endIcon={<ChevronRight />}
          disabled={next === null}
          onClick={() => goTo(String(next), [...newer, before])}
        >
          {text('audit.pager.older')}
        </Button>
      </Flex>
    </Flex>
  );
}

function LoadingEntries() {
  const text = useText();
  return (
    <Box
      role="status"
      aria-label={text('audit.list.loading')}
      background="neutral0"
      hasRadius
      shadow="tableShadow"
    >
      {Array.from({ length: Math.min(PAGE_SIZE, 6) }, (_, at) => (
        <Row key={at} gap={4} padding={4}>
          <Skeleton width="3.2rem" height="3.2rem" />
          <Box flex="1">
            <Skeleton width={`${String(40 + ((at * 17) % 35))}%`} />
          </Box>
          <Skeleton width="9rem" />
        </Row>
      ))}
    </Box>
  );
}

const Row = styled(Flex)`
  /* Not "& + &": that would hold for the rows of every theme at once. */
  &:not(:first-child) {
    border-top: 1px solid ${({ theme }) => theme.colors.neutral150};
  }
`;

const EntryLink = styled(Link)`
  color: ${({ theme }) => theme.colors.neutral800};
  font-size: ${({ theme }) => theme.fontSizes[2]};
  line-height: ${({ theme }) => theme.lineHeights[5]};
  text-decoration: none;
  overflow-wrap: anywhere;

  &:hover {
    text-decoration: underline;
  }
`;
