import { Button, Field, Flex, Modal, Textarea, Typography } from '@strapi/design-system';
import { useAPIErrorHandler, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';

import type { ConsentStanding } from '../../../../contracts/consent';
import { useWithdrawConsentsMutation } from '../../api/consent';
import { useText } from '../../text';

const MAX_REASON = 1_000;

interface Props {
  readonly subject: string;
  readonly standings: readonly ConsentStanding[];
  readonly onClose: () => void;
}

/** Withdraws for a person who asked for it by telephone or letter: says what ends and what stays, and asks how they did. */
export function WithdrawDialog({ subject, standings, onClose }: Props) {
  const text = useText();
  const { toggleNotification } = useNotification();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [reason, setReason] = React.useState('');
  const [withdraw, { isLoading }] = useWithdrawConsentsMutation();

  const confirm = async (): Promise<void> => {
    const purposes = [...new Set(standings.map(({ purpose }) => purpose))];
    const answer = await withdraw({ subject, purposes, reason: reason.trim() });
    if ('error' in answer) {
      toggleNotification({ type: 'danger', message: formatError(answer.error) });
      return;
    }
    toggleNotification({
      type: 'success',
      message: text('consent.withdraw.done', { count: answer.data.withdrawn.length }),
    });
    onClose();
  };

  return (
    <Modal.Root open onOpenChange={(open: boolean) => (open ? undefined : onClose())}>
      <Modal.Content>
        <Modal.Header>
          <Modal.Title>{text('consent.withdraw.title')}</Modal.Title>
        </Modal.Header>
        <Modal.Body>
          <Flex direction="column" alignItems="stretch" gap={4}>
            <Typography>{text('consent.withdraw.ends')}</Typography>
            <ul style={{ listStyle: 'disc', paddingInlineStart: '2rem' }}>
              {[...new Set(standings.map(({ purposeName }) => purposeName))].map((name) => (
                <li key={name}>
                  <Typography fontWeight="bold">{name}</Typography>
                </li>
              ))}
            </ul>
            <Typography>{text('consent.withdraw.stays')}</Typography>
            <Field.Root name="reason" required hint={text('consent.withdraw.reason.hint')}>
              <Field.Label>{text('consent.withdraw.reason')}</Field.Label>
              <Textarea
                value={reason}
                maxLength={MAX_REASON}
                onChange={(event: React.ChangeEvent<HTMLTextAreaElement>) => setReason(event.target.value)}
              />
              <Field.Hint />
            </Field.Root>
          </Flex>
        </Modal.Body>
        <Modal.Footer>
          <Button variant="tertiary" onClick={onClose}>
            {text('cancel')}
          </Button>
          <Button
            variant="danger"
            loading={isLoading}
            disabled={reason.trim() === ''}
            onClick={() => void confirm()}
          >
            {text('consent.withdraw.confirm')}
          </Button>
        </Modal.Footer>
      </Modal.Content>
    </Modal.Root>
  );
}
