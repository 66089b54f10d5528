import { Button } from '@strapi/design-system';
import { SealCheck } from '@strapi/icons';
import { useAPIErrorHandler, useNotification } from '@strapi/strapi/admin';

import { useStartAuditVerificationMutation } from '../../api/audit';
import { useText } from '../../text';

import { useVerification } from './verification';

/** Begins a verification; the card below shows how far it is. */
export function VerifyButton() {
  const text = useText();
  const { toggleNotification } = useNotification();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const verification = useVerification();
  const [start, { isLoading }] = useStartAuditVerificationMutation();

  const verify = async (): Promise<void> => {
    const answer = await start(undefined);
    if ('error' in answer) toggleNotification({ type: 'danger', message: formatError(answer.error) });
  };
  const isRunning = isLoading || verification?.state === 'running';
  return (
    <Button startIcon={<SealCheck />} loading={isRunning} onClick={() => void verify()}>
      {text(isRunning ? 'audit.verify.running' : 'audit.verify')}
    </Button>
  );
}
