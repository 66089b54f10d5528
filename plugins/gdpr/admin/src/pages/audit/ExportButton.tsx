import { Box, Button, Checkbox, Dialog, Flex, Typography } from '@strapi/design-system';
import { Download } from '@strapi/icons';
import { ConfirmDialog, useFetchClient, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';

import { fileNameOf, saveFile } from '../../components/save-file';
import { useText } from '../../text';

/** Downloads the whole trail, after saying what that means. */
export function ExportButton() {
  const text = useText();
  const { toggleNotification } = useNotification();
  const { get } = useFetchClient();
  const [isAsking, setIsAsking] = React.useState(false);
  const [isLoading, setIsLoading] = React.useState(false);
  const [withOcsf, setWithOcsf] = React.useState(false);

  const download = async (): Promise<void> => {
    setIsAsking(false);
    setIsLoading(true);
    try {
      const { data, headers } = await get('/gdpr/audit/export', {
        params: { format: withOcsf ? 'ocsf' : 'jsonl' },
        responseType: 'blob',
      });
      saveFile(data, fileNameOf(headers, 'audit-trail.tar.gz'));
      toggleNotification({ type: 'success', message: text('audit.export.done') });
    } catch {
      // A download that was refused carries no sentence of the server's.
      toggleNotification({ type: 'danger', message: text('audit.export.failed') });
    } finally {
      setIsLoading(false);
    }
  };

  return (
    <Dialog.Root open={isAsking} onOpenChange={setIsAsking}>
      <Dialog.Trigger>
        <Button variant="secondary" startIcon={<Download />} loading={isLoading}>
          {text('audit.export')}
        </Button>
      </Dialog.Trigger>
      <ConfirmDialog
        title={text('audit.export.title')}
        icon={<Download width="2.4rem" height="2.4rem" fill="primary600" />}
        variant="default"
        onConfirm={download}
        endAction={
          <Button fullWidth onClick={() => void download()}>
            {text('audit.export.confirm')}
          </Button>
        }
      >
        <Flex direction="column" alignItems="stretch" gap={4}>
          <Typography>{text('audit.export.text')}</Typography>
          <Typography fontWeight="bold">{text('audit.export.recorded')}</Typography>
          <Box>
            <Checkbox
              checked={withOcsf}
              onCheckedChange={(checked: boolean | 'indeterminate') => setWithOcsf(checked === true)}
            >
              {text('audit.export.ocsf')}
            </Checkbox>
          </Box>
        </Flex>
      </ConfirmDialog>
    </Dialog.Root>
  );
}
