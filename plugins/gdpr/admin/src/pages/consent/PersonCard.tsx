import { Box, Button, Flex, Table, Tbody, Td, Th, Thead, Tr, Typography } from '@strapi/design-system';
import * as React from 'react';
import { useIntl } from 'react-intl';

import type { ConsentStanding, PersonConsents } from '../../../../contracts/consent';
import { useGetConsentsQuery } from '../../api/consent';
import { Card } from '../../components/Card';
import { StateBadge } from '../../components/consent/StateBadge';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Skeleton } from '../../components/Skeleton';
import { PROVE_CONSENT, useMay, WITHDRAW_CONSENT } from '../../permissions';
import { useText } from '../../text';

import { ProofButton } from './ProofButton';
import { Timeline } from './Timeline';
import { WithdrawDialog } from './WithdrawDialog';

/** Where one person stands, purpose by purpose, and how it came about. */
export function PersonCard({ subject }: { readonly subject: string }) {
  const text = useText();
  const { data, error, refetch } = useGetConsentsQuery(subject, { refetchOnMountOrArgChange: true });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined)
    return (
      <Card title={text('consent.standings')}>
        <Skeleton width="60%" role="status" aria-label={text('consent.loading')} />
      </Card>
    );
  return (
    <>
      <Standings consents={data} />
      <Card title={text('consent.timeline')}>
        <Timeline lines={data.timeline} />
      </Card>
    </>
  );
}

const isOpen = ({ state }: ConsentStanding): boolean => state === 'given' || state === 'pending';

function Standings({ consents }: { readonly consents: PersonConsents }) {
  const text = useText();
  const mayWithdraw = useMay(WITHDRAW_CONSENT);
  const mayProve = useMay(PROVE_CONSENT);
  // What is to be withdrawn: one purpose, or all of them.
  const [asked, setAsked] = React.useState<readonly ConsentStanding[] | null>(null);
  const { standings, subject } = consents;
  const open = standings.filter(isOpen);
  return (
    <Card
      title={text('consent.standings')}
      action={
        mayWithdraw && open.length > 1 ? (
          <Button variant="danger-light" onClick={() => setAsked(open)}>
            {text('consent.withdraw.all')}
          </Button>
        ) : undefined
      }
    >
      {standings.length === 0 ? (
        <Typography>{text('consent.standings.none')}</Typography>
      ) : (
        <Table colCount={4} rowCount={standings.length + 1}>
          <Thead>
            <Tr>
              {(['consent.purpose', 'consent.state', 'consent.since'] as const).map((key) => (
                <Th key={key}>
                  <Typography variant="sigma">{text(key)}</Typography>
                </Th>
              ))}
              <Th>
                <Typography variant="sigma">{text('consent.actions')}</Typography>
              </Th>
            </Tr>
          </Thead>
          <Tbody>
            {standings.map((standing) => (
              <Tr key={`${standing.purpose} ${standing.evidence.at(-1) ?? ''}`}>
                <Td>
                  <Typography fontWeight="bold">{standing.purposeName}</Typography>
                </Td>
                <Td>
                  <StateBadge state={standing.state} />
                </Td>
                <Td>
                  <Since standing={standing} />
                </Td>
                <Td>
                  <Flex gap={2} wrap="wrap">
                    {mayProve && standing.evidence.length > 0 && (
                      <ProofButton record={standing.evidence.at(-1) ?? ''} name={standing.purposeName} />
                    )}
                    {mayWithdraw && isOpen(standing) && (
                      <Button variant="danger-light" size="S" onClick={() => setAsked([standing])}>
                        {text('consent.withdraw')}
                      </Button>
                    )}
                  </Flex>
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {asked !== null && (
        <WithdrawDialog subject={subject} standings={asked} onClose={() => setAsked(null)} />
      )}
    </Card>
  );
}

function Since({ standing: { since, validUntil } }: { readonly standing: ConsentStanding }) {
  const text = useText();
  const intl = useIntl();
  const day = (time: string): string => intl.formatDate(time, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Box>
      <Typography tag="p">{since === null ? '–' : day(since)}</Typography>
      {validUntil !== null && (
        <Typography tag="p" variant="pi" textColor="neutral600">
          {text('consent.valid-until', { date: day(validUntil) })}
        </Typography>
      )}
    </Box>
  );
}
