import { Box, Button, Flex, Typography } from '@strapi/design-system';
import { SealCheck } from '@strapi/icons';
import { useIntl } from 'react-intl';

import type { AuditEntryAnswer, AuditEntryVerification } from '../../../../contracts/audit';
import { useVerifyAuditEntryMutation } from '../../api/audit';
import { ErrorNotice } from '../../components/ErrorNotice';
import { type Fact, Facts } from '../../components/Facts';
import { Notice, type Tone } from '../../components/Notice';
import { type TextKey, useText } from '../../text';

import { readNote } from './checkpoint-note';

interface Props {
  readonly index: number;
  readonly meta: AuditEntryAnswer['meta'];
}

/** Where the entry stands in the tree, what proves it, and a check of that. */
export function EntryProof({ index, meta: { leafHash, inclusion } }: Props) {
  const text = useText();
  const intl = useIntl();
  const [verify, { data: outcome, error, isLoading }] = useVerifyAuditEntryMutation();
  const facts: Fact[] = [
    [text('audit.proof.index'), intl.formatNumber(index)],
    [text('audit.proof.leaf'), <Hash key="leaf" hash={leafHash} />],
    ...(inclusion === null
      ? []
      : ([
          [text('audit.proof.checkpoint'), text('audit.proof.size', { count: inclusion.size })],
          [text('audit.proof.root'), <Hash key="root" hash={readNote(inclusion.checkpoint).root} />],
        ] satisfies Fact[])),
  ];
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <Typography>{text('audit.proof.text')}</Typography>
      <Facts facts={facts} columns={1} />
      {inclusion !== null && inclusion.proof.length > 0 && (
        <Box tag="details">
          <Typography tag="summary" variant="pi" style={{ cursor: 'pointer' }}>
            {text('audit.proof.path', { count: inclusion.proof.length })}
          </Typography>
          <Box tag="ol" paddingTop={2}>
            {inclusion.proof.map((hash) => (
              <li key={hash}>
                <Hash hash={hash} />
              </li>
            ))}
          </Box>
        </Box>
      )}
      <Box aria-live="polite">
        {outcome !== undefined && <Outcome outcome={outcome} />}
        {error !== undefined && <ErrorNotice error={error} onRetry={() => void verify(index)} />}
      </Box>
      <Button
        variant="secondary"
        startIcon={<SealCheck />}
        loading={isLoading}
        onClick={() => void verify(index)}
        fullWidth
      >
        {text('audit.proof.verify')}
      </Button>
    </Flex>
  );
}

const OUTCOMES: Readonly<Record<AuditEntryVerification['outcome'], readonly [Tone, TextKey]>> = {
  intact: ['success', 'audit.proof.intact'],
  pruned: ['success', 'audit.proof.pruned'],
  changed: ['danger', 'audit.proof.changed'],
  'values-changed': ['danger', 'audit.proof.values-changed'],
  'not-included': ['danger', 'audit.proof.not-included'],
  'not-signed': ['danger', 'audit.proof.not-signed'],
  'not-covered': ['waiting', 'audit.proof.not-covered'],
};

function Outcome({ outcome: { outcome, size } }: { readonly outcome: AuditEntryVerification }) {
  const text = useText();
  const [tone, key] = OUTCOMES[outcome];
  return <Notice tone={tone}>{text(key, { count: size ?? 0 })}</Notice>;
}

function Hash({ hash }: { readonly hash: string }) {
  return (
    <Typography variant="pi" style={{ fontFamily: 'monospace', overflowWrap: 'anywhere' }}>
      {hash}
    </Typography>
  );
}
