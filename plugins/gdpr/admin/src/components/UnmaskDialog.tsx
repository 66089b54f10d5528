import { Button, Field, Flex, Modal, Textarea, Typography } from '@strapi/design-system';
import { useAPIErrorHandler, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';
import { useIntl } from 'react-intl';

import type { Unmasked, UnmaskRequest } from '../../../contracts/personal-data';
import { useUnmaskMutation } from '../api/personal-data';
import { textId } from '../translation';

interface Props {
  readonly record: Omit<UnmaskRequest, 'reason'>;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onUnmasked: (unmasked: Unmasked) => void;
}

const MAX_REASON = 1_000;

/** Asks why, and has the record shown. */
export function UnmaskDialog({ record, isOpen, onClose, onUnmasked }: Props) {
  const intl = useIntl();
  const { toggleNotification } = useNotification();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [reason, setReason] = React.useState('');
  const [unmask, { isLoading, reset }] = useUnmaskMutation();

  const close = (): void => {
    setReason('');
    onClose();
  };
  const confirm = async (): Promise<void> => {
    const answer = await unmask({ ...record, reason });
    if ('error' in answer) {
      toggleNotification({ type: 'danger', message: formatError(answer.error) });
      return;
    }
    onUnmasked(answer.data);
    // The store must not keep what the panel hides again.
    reset();
    close();
  };

  return (
    <Modal.Root open={isOpen} onOpenChange={(open: boolean) => (open ? undefined : close())}>
      <Modal.Content>
        <Modal.Header>
          <Modal.Title>
            {intl.formatMessage({
              id: textId('personal-data.dialog.title'),
              defaultMessage: 'Show personal data',
            })}
          </Modal.Title>
        </Modal.Header>
        <Modal.Body>
          <Flex direction="column" alignItems="stretch" gap={4}>
            <Typography>
              {intl.formatMessage({
                id: textId('personal-data.dialog.text'),
                defaultMessage:
                  'The values are shown to you for one minute. That you saw them, and why, is recorded.',
              })}
            </Typography>
            <Field.Root
              name="reason"
              required
              hint={intl.formatMessage({
                id: textId('personal-data.dialog.reason.hint'),
                defaultMessage: 'For example the number of a ticket',
              })}
            >
              <Field.Label>
                {intl.formatMessage({ id: textId('personal-data.dialog.reason'), defaultMessage: 'Reason' })}
              </Field.Label>
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
          <Button variant="tertiary" onClick={close}>
            {intl.formatMessage({ id: textId('personal-data.dialog.cancel'), defaultMessage: 'Cancel' })}
          </Button>
          <Button loading={isLoading} disabled={reason.trim() === ''} onClick={() => void confirm()}>
            {intl.formatMessage({
              id: textId('personal-data.dialog.confirm'),
              defaultMessage: 'Show for one minute',
            })}
          </Button>
        </Modal.Footer>
      </Modal.Content>
    </Modal.Root>
  );
}
