import { Button } from '@strapi/design-system';
import { Download } from '@strapi/icons';
import { useFetchClient, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';

import { fileNameOf, saveFile } from '../../components/save-file';
import { useText } from '../../text';

/** Downloads the proof of one consent: a ZIP that anybody can check without this server. */
export function ProofButton({ record, name }: { readonly record: string; readonly name: string }) {
  const text = useText();
  const { toggleNotification } = useNotification();
  const { get } = useFetchClient();
  const [isLoading, setIsLoading] = React.useState(false);

  const download = async (): Promise<void> => {
    setIsLoading(true);
    try {
      const url = `/gdpr/consents/${encodeURIComponent(record)}/proof`;
      const { data, headers } = await get(url, { responseType: 'blob' });
      saveFile(data, fileNameOf(headers, 'consent-proof.zip'));
      toggleNotification({ type: 'success', message: text('consent.proof.done') });
    } catch {
      // A download that was refused carries no sentence of the server's.
      toggleNotification({ type: 'danger', message: text('consent.proof.failed') });
    } finally {
      setIsLoading(false);
    }
  };

  return (
    <Button
      variant="tertiary"
      size="S"
      startIcon={<Download />}
      loading={isLoading}
      aria-label={text('consent.proof.of', { purpose: name })}
      onClick={() => void download()}
    >
      {text('consent.proof')}
    </Button>
  );
}
