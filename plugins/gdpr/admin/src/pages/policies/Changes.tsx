import { Box, SingleSelect, SingleSelectOption, Typography } from '@strapi/design-system';
import * as React from 'react';
import { styled } from 'styled-components';

import type { DiffPart, PolicyDetail, PolicyVersion } from '../../../../contracts/policies';
import { useGetPolicyDiffQuery } from '../../api/policies';
import { Card } from '../../components/Card';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Skeleton } from '../../components/Skeleton';
import { Small } from '../../components/Small';
import { useText } from '../../text';

/** What has changed since another published version in the same language. */
export function Changes({
  policy,
  version,
}: {
  readonly policy: PolicyDetail;
  readonly version: PolicyVersion;
}) {
  const text = useText();
  const others = policy.versions.filter(
    ({ documentId, language, state }) =>
      documentId !== version.documentId && language === version.language && state === 'published',
  );
  const before = others.find(({ number }) => version.number === null || (number ?? 0) < version.number);
  const [from, setFrom] = React.useState(before?.documentId ?? others[0]?.documentId ?? null);
  if (from === null) return null;
  return (
    <Card
      title={text('policies.diff')}
      action={
        <SingleSelect
          aria-label={text('policies.diff.with')}
          size="S"
          value={from}
          onChange={(value: string | number) => setFrom(String(value))}
        >
          {others.map(({ documentId, number, title }) => (
            <SingleSelectOption key={documentId} value={documentId}>
              {text('policies.number', { number: number ?? 0, title })}
            </SingleSelectOption>
          ))}
        </SingleSelect>
      }
    >
      <Diff from={from} to={version.documentId} />
    </Card>
  );
}

function Diff({ from, to }: { readonly from: string; readonly to: string }) {
  const text = useText();
  const { currentData, error, refetch } = useGetPolicyDiffQuery({ from, to });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (currentData === undefined)
    return <Skeleton width="50%" role="status" aria-label={text('policies.loading')} />;
  const { parts } = currentData;
  if (parts.every(({ kind }) => kind === 'same'))
    return <Typography>{text('policies.diff.none')}</Typography>;
  return (
    <Box>
      <Small>{text('policies.diff.legend')}</Small>
      <Text>
        {parts.map((part, at) => (
          <Part key={at} part={part} />
        ))}
      </Text>
    </Box>
  );
}

/** `ins` and `del` say to screen readers what the colours say to the eyes; so do the underline and the line through. */
function Part({ part: { kind, text } }: { readonly part: DiffPart }) {
  if (kind === 'added') return <ins>{text}</ins>;
  if (kind === 'removed') return <del>{text}</del>;
  return <>{text}</>;
}

const Text = styled.pre`
  margin-top: 1.2rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  font-family: inherit;
  font-size: ${({ theme }) => theme.fontSizes[2]};
  line-height: 1.6;
  color: ${({ theme }) => theme.colors.neutral800};

  ins {
    background: ${({ theme }) => theme.colors.success100};
    text-decoration: underline;
  }

  del {
    background: ${({ theme }) => theme.colors.danger100};
  }
`;
