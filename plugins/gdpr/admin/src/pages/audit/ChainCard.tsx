import { Box, Flex, Grid, ProgressBar, Typography } from '@strapi/design-system';
import type * as React from 'react';
import { useIntl } from 'react-intl';

import type { AuditChainState, AuditVerification } from '../../../../contracts/audit';
import { useGetAuditStateQuery } from '../../api/audit';
import { RelativeTime } from '../../components/audit/RelativeTime';
import { ErrorNotice } from '../../components/ErrorNotice';
import { Notice } from '../../components/Notice';
import { Skeleton } from '../../components/Skeleton';
import { Small } from '../../components/Small';
import { useText } from '../../text';

import { readNote, readVerifierKey, short } from './checkpoint-note';
import { failureReason, witnessName } from './witness-words';
import { useVerification } from './verification';

/** How often the state is asked for while the page is open, in ms. */
export const STATE_POLL = 5_000;
/** Entries that wait longer than this are worth a warning, in ms. */
const LATE = 60_000;

/** The state of the chain: whether it holds, up to where it is sealed, and who else keeps its checkpoints. */
export function ChainCard() {
  const text = useText();
  const { data: state, error, refetch } = useGetAuditStateQuery(undefined, { pollingInterval: STATE_POLL });
  const verification = useVerification();
  if (error !== undefined && state === undefined)
    return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  return (
    <Box
      tag="section"
      aria-label={text('audit.chain.title')}
      background="neutral0"
      hasRadius
      shadow="tableShadow"
      padding={6}
    >
      <Grid.Root gap={6}>
        <Part title={text('audit.chain.verification')}>
          <Verification verification={verification} />
        </Part>
        <Part title={text('audit.chain.checkpoint')}>
          {state === undefined ? <Skeleton /> : <Checkpoint state={state} />}
        </Part>
        <Part title={text('audit.chain.witnesses')}>
          {state === undefined ? <Skeleton /> : <Witnesses state={state} />}
        </Part>
        <Part title={text('audit.chain.key')}>
          {state === undefined ? <Skeleton /> : <SigningKey state={state} />}
        </Part>
      </Grid.Root>
    </Box>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Grid.Item col={3} s={6} xs={12} direction="column" alignItems="stretch" gap={2}>
      <Typography tag="h2" variant="sigma" textColor="neutral600">
        {title}
      </Typography>
      {children}
    </Grid.Item>
  );
}

function Verification({ verification }: { readonly verification: AuditVerification | null | undefined }) {
  const text = useText();
  if (verification === undefined) return <Notice tone="neutral">{text('audit.verified.hidden')}</Notice>;
  if (verification === null) return <Notice tone="neutral">{text('audit.verified.never')}</Notice>;
  const { state, done, total, error, finishedAt } = verification;
  const at = finishedAt === null ? null : <RelativeTime time={Date.parse(finishedAt)} />;
  return (
    <Flex aria-live="polite" direction="column" alignItems="stretch" gap={2}>
      {state === 'running' && (
        <>
          <Notice tone="waiting">{text('audit.verified.running', { done, total })}</Notice>
          <ProgressBar
            aria-label={text('audit.verify.running')}
            value={total === 0 ? 0 : Math.round((100 * done) / total)}
          />
          <Small>{text('audit.verified.leave')}</Small>
        </>
      )}
      {state === 'finished' && (
        <Notice tone="success">{text('audit.verified.intact', { count: done })}</Notice>
      )}
      {state === 'failed' && (
        <>
          <Notice tone="danger">{text('audit.verified.broken')}</Notice>
          {error !== null && <Small>{error}</Small>}
        </>
      )}
      {at}
    </Flex>
  );
}

function Checkpoint({ state }: { readonly state: AuditChainState }) {
  const text = useText();
  const { checkpoint, unsealed } = state;
  return (
    <>
      {checkpoint === null ? (
        <Notice tone="waiting">{text('audit.checkpoint.none')}</Notice>
      ) : (
        <>
          <Notice tone={checkpoint.isSigned ? 'success' : 'danger'}>
            {text(checkpoint.isSigned ? 'audit.checkpoint.covers' : 'audit.checkpoint.unsigned', {
              count: checkpoint.size,
            })}
          </Notice>
          <Small>
            {text('audit.checkpoint.root')}{' '}
            <Code title={readNote(checkpoint.note).root}>{short(readNote(checkpoint.note).root)}</Code>
          </Small>
          <RelativeTime time={Date.parse(checkpoint.createdAt)} />
        </>
      )}
      <Waiting unsealed={unsealed} />
    </>
  );
}

function Waiting({ unsealed: { count, oldest } }: Pick<AuditChainState, 'unsealed'>) {
  const text = useText();
  if (count === 0 || oldest === null) return <Small>{text('audit.waiting.none')}</Small>;
  const isLate = Date.now() - oldest > LATE;
  return (
    <Notice tone={isLate ? 'warning' : 'waiting'}>
      {text(isLate ? 'audit.waiting.late' : 'audit.waiting', { count })} <RelativeTime time={oldest} />
    </Notice>
  );
}

function Witnesses({ state: { witnesses, checkpoint } }: { readonly state: AuditChainState }) {
  const text = useText();
  if (witnesses.length === 0) return <Notice tone="warning">{text('audit.witness.none')}</Notice>;
  return (
    <Flex tag="ul" direction="column" alignItems="stretch" gap={3}>
      {witnesses.map(({ name, size, deliveredAt, failure }) => (
        <Flex tag="li" key={name} direction="column" alignItems="stretch" gap={1}>
          <Notice
            tone={failure !== null ? 'danger' : size === (checkpoint?.size ?? 0) ? 'success' : 'waiting'}
          >
            {failure !== null
              ? text('audit.witness.failed', {
                  name: witnessName(name, text),
                  reason: failureReason(failure, text),
                })
              : text('audit.witness.has', { name: witnessName(name, text), count: size })}
          </Notice>
          {deliveredAt === null ? (
            <Small>{text('audit.witness.never')}</Small>
          ) : (
            <RelativeTime time={Date.parse(deliveredAt)} />
          )}
        </Flex>
      ))}
    </Flex>
  );
}

function SigningKey({ state: { keys } }: { readonly state: AuditChainState }) {
  const text = useText();
  const intl = useIntl();
  const [current] = keys;
  if (current === undefined) return <Notice tone="waiting">{text('audit.key.none')}</Notice>;
  const { name, hash } = readVerifierKey(current);
  return (
    <>
      <Typography style={{ overflowWrap: 'anywhere' }}>{name}</Typography>
      <Small>
        Ed25519 <Code title={current}>{hash}</Code>
      </Small>
      {keys.length > 1 && (
        <Small>{text('audit.key.older', { count: intl.formatNumber(keys.length - 1) })}</Small>
      )}
    </>
  );
}

function Code({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <code title={title} style={{ fontFamily: 'monospace' }}>
      {children}
    </code>
  );
}
