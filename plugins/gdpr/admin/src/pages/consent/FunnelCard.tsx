import { Box, Flex, SingleSelect, SingleSelectOption, Typography } from '@strapi/design-system';
import * as React from 'react';

import { useGetConsentFunnelQuery } from '../../api/consent';
import { Card } from '../../components/Card';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Facts } from '../../components/Facts';
import { Skeleton } from '../../components/Skeleton';
import { useText } from '../../text';

import { barsOf, totalOf } from './funnel';
import { FunnelChart } from './FunnelChart';

const WEEKS = 12;
const ALL = '*';

/** How many asked, how many confirmed, how many left, week by week. */
export function FunnelCard() {
  const text = useText();
  const { data, error, refetch } = useGetConsentFunnelQuery(WEEKS, { refetchOnMountOrArgChange: true });
  const [purpose, setPurpose] = React.useState(ALL);
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const purposes = [...new Set((data ?? []).map((row) => row.purpose))].sort();
  const bars = barsOf(data ?? [], purpose === ALL ? null : purpose, WEEKS, new Date());
  const { asked, given, left } = totalOf(bars);
  return (
    <Card
      title={text('consent.funnel')}
      action={
        purposes.length > 1 ? (
          <Box width="22rem">
            <SingleSelect
              aria-label={text('consent.purpose')}
              size="S"
              value={purpose}
              onChange={(value: string | number) => setPurpose(String(value))}
            >
              {[ALL, ...purposes].map((slug) => (
                <SingleSelectOption key={slug} value={slug}>
                  {slug === ALL ? text('consent.funnel.all') : slug}
                </SingleSelectOption>
              ))}
            </SingleSelect>
          </Box>
        ) : undefined
      }
    >
      {data === undefined ? (
        <Skeleton width="100%" role="status" aria-label={text('consent.loading')} />
      ) : asked + given + left === 0 ? (
        <Typography>{text('consent.funnel.none')}</Typography>
      ) : (
        <Flex direction="column" alignItems="stretch" gap={4}>
          <Facts
            facts={[
              [text('consent.funnel.asked'), String(asked)],
              [
                text('consent.funnel.given'),
                text('consent.funnel.share', {
                  count: given,
                  share: asked === 0 ? 0 : Math.min(1, given / asked),
                }),
              ],
              [text('consent.funnel.left'), String(left)],
            ]}
          />
          <FunnelChart bars={bars} />
        </Flex>
      )}
    </Card>
  );
}
