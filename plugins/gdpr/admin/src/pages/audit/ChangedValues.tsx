import { Box, Button, Flex, Table, Tbody, Td, Th, Thead, Tr, Typography } from '@strapi/design-system';
import { Eye } from '@strapi/icons';
import * as React from 'react';
import { useIntl } from 'react-intl';

import type { AuditValues } from '../../../../contracts/audit';
import { useGetAuditValuesQuery } from '../../api/audit';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Notice } from '../../components/Notice';
import { Skeleton } from '../../components/Skeleton';
import { SEE_CLEAR, SEE_VALUES, useMay } from '../../permissions';
import { type TextKey, useText } from '../../text';

/** Old and new values of a change, or the reason that was given for an unmasking, on demand: looking at them is recorded, so nobody sees them by the way. */
export function ChangedValues({ index, isReason }: { readonly index: number; readonly isReason: boolean }) {
  const text = useText();
  const maySee = useMay(SEE_VALUES, SEE_CLEAR);
  const [isShown, setIsShown] = React.useState(false);
  if (!maySee) return <Notice tone="neutral">{text('audit.values.forbidden')}</Notice>;
  if (isShown) return <Values index={index} />;
  return (
    <Flex direction="column" alignItems="start" gap={3}>
      <Typography>{text(isReason ? 'audit.reason.recorded' : 'audit.values.recorded')}</Typography>
      <Button variant="secondary" startIcon={<Eye />} onClick={() => setIsShown(true)}>
        {text(isReason ? 'audit.reason.show' : 'audit.values.show')}
      </Button>
    </Flex>
  );
}

function Values({ index }: { readonly index: number }) {
  const text = useText();
  const { data, error, refetch } = useGetAuditValuesQuery(index);
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined)
    return <Skeleton width="70%" role="status" aria-label={text('audit.list.loading')} />;
  return data.map((values, at) => <ChangedRecord key={at} values={values} />);
}

const GONE: Readonly<Record<'pruned' | 'erased' | 'not-authentic', TextKey>> = {
  pruned: 'audit.values.pruned',
  erased: 'audit.values.erased',
  'not-authentic': 'audit.values.not-authentic',
};

function ChangedRecord({ values }: { readonly values: AuditValues }) {
  const text = useText();
  if ('gone' in values)
    return (
      <Notice tone={values.gone === 'not-authentic' ? 'danger' : 'neutral'}>{text(GONE[values.gone])}</Notice>
    );
  if (values.reason !== undefined)
    return <Typography style={{ overflowWrap: 'anywhere' }}>{values.reason}</Typography>;
  const names = [...new Set([...Object.keys(values.before), ...Object.keys(values.after)])];
  if (names.length === 0) return <Notice tone="neutral">{text('audit.values.none')}</Notice>;
  return (
    <Box style={{ overflowX: 'auto' }}>
      <Table colCount={3} rowCount={names.length + 1}>
        <Thead>
          <Tr>
            {(['audit.values.attribute', 'audit.values.before', 'audit.values.after'] as const).map((key) => (
              <Th key={key}>
                <Typography variant="sigma" textColor="neutral600">
                  {text(key)}
                </Typography>
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {names.map((name) => (
            <Tr key={name}>
              <Td>
                <Typography fontWeight="bold">{name}</Typography>
              </Td>
              <Td>
                <Value tag="del" value={values.before[name]} />
              </Td>
              <Td>
                <Value tag="ins" value={values.after[name]} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </Box>
  );
}

/** An old or a new value. Which it is stands in the head of its column; the line through it and below it say so again. */
function Value({ tag, value }: { readonly tag: 'del' | 'ins'; readonly value: unknown }) {
  const text = useText();
  const intl = useIntl();
  if (value === undefined || value === null || value === '')
    return <Typography textColor="neutral600">{text('audit.values.empty')}</Typography>;
  const isDay = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
  const written = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const shown = isDay ? intl.formatDate(value, { timeZone: 'UTC', dateStyle: 'long' }) : written;
  return (
    <Typography
      tag={tag}
      textColor={tag === 'del' ? 'danger600' : 'success600'}
      style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
    >
      {shown}
    </Typography>
  );
}
