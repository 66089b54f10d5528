import { Box, Flex, Typography } from '@strapi/design-system';
import { useIntl } from 'react-intl';
import { styled } from 'styled-components';

import type { ConsentLine } from '../../../../contracts/consent';
import { Facts, type Fact } from '../../components/Facts';
import { RelativeTime } from '../../components/audit/RelativeTime';
import { useText } from '../../text';

/** The ledger of a person, the newest first: each line opens to its evidence. */
export function Timeline({ lines }: { readonly lines: readonly ConsentLine[] }) {
  const text = useText();
  if (lines.length === 0) return <Typography>{text('consent.timeline.none')}</Typography>;
  return (
    <Box tag="ol">
      {lines.map((line) => (
        <Row tag="li" key={line.documentId} paddingTop={3} paddingBottom={3}>
          <Line line={line} />
        </Row>
      ))}
    </Box>
  );
}

function Line({ line }: { readonly line: ConsentLine }) {
  const text = useText();
  const intl = useIntl();
  const { event, purpose, method, language, occurredAt } = line;
  return (
    <details>
      <Summary>
        <Flex tag="span" gap={4} justifyContent="space-between" wrap="wrap" flex="1">
          <Typography tag="span">
            {text(`consent.event.${event}`, { purpose })}{' '}
            <Typography tag="span" textColor="neutral600">
              {text('consent.method', { method })}
            </Typography>
          </Typography>
          <RelativeTime time={Date.parse(occurredAt)} />
        </Flex>
      </Summary>
      <Box paddingTop={3} paddingLeft={5}>
        <Facts facts={factsOf(line)} columns={2} />
      </Box>
    </details>
  );

  function factsOf(one: ConsentLine): readonly Fact[] {
    const time = intl.formatDate(one.occurredAt, { dateStyle: 'full', timeStyle: 'long' });
    const facts: readonly (readonly [Parameters<typeof text>[0], string | null])[] = [
      ['consent.fact.time', time],
      ['consent.fact.text', one.textShown],
      [
        'consent.fact.language',
        language === null ? null : (intl.formatDisplayName(language, { type: 'language' }) ?? language),
      ],
      ['consent.fact.email', one.email],
      ['consent.fact.form', one.formUrl],
      ['consent.fact.ip', one.ip],
      ['consent.fact.agent', one.userAgent],
      ['consent.fact.policy', one.policyVersion],
      ['consent.fact.message', one.messageId],
      ['consent.fact.hash', one.textHash],
      ['consent.fact.actor', one.actor],
      ['consent.fact.reason', one.reason],
      ['consent.fact.import', one.importSource],
    ];
    return facts.flatMap(([key, value]): Fact[] =>
      value === null || value === '' ? [] : [[text(key), value]],
    );
  }
}

const Row = styled(Box)`
  &:not(:first-child) {
    border-top: 1px solid ${({ theme }) => theme.colors.neutral150};
  }
`;

const Summary = styled.summary`
  display: flex;
  cursor: pointer;
  gap: 0.8rem;

  &::before {
    content: '▸';
    color: ${({ theme }) => theme.colors.neutral600};
  }

  details[open] > &::before {
    content: '▾';
  }
`;
