import { Box, Button, Flex, Typography } from '@strapi/design-system';
import { Eye, EyeStriked } from '@strapi/icons';
import * as React from 'react';
import { useIntl } from 'react-intl';

import type { Unmasked } from '../../../contracts/personal-data';
import { useGetPersonalDataAccessQuery } from '../api/personal-data';
import { textId } from '../translation';

import { UnmaskDialog } from './UnmaskDialog';
import { UnmaskedValues } from './UnmaskedValues';

/** How long unmasked values stay on the screen. */
const SHOWN_SECONDS = 60;

/** What the content manager tells a side panel of the record it stands beside. */
export interface PanelProps {
  readonly model: string;
  readonly documentId?: string;
  readonly document?: { readonly locale?: string | null };
  readonly activeTab: 'draft' | 'published' | null;
}

/** Side panel of the edit view: whether personal data is masked and for whom, and the way to see it. */
export function PersonalDataPanel(props: PanelProps): { title: string; content: React.ReactNode } | null {
  const intl = useIntl();
  const { data: access } = useGetPersonalDataAccessQuery(undefined);
  const { model, documentId, document } = props;
  // A record that is being made, or copied, is not there to be shown.
  if (access === undefined || documentId === undefined || document === undefined) return null;
  if (!access.types.includes(model)) return null;
  return {
    title: intl.formatMessage({ id: textId('personal-data.title'), defaultMessage: 'Personal data' }),
    content: access.seesPersonalData ? (
      <Notice id="personal-data.clear" defaultMessage="You see this record’s personal data in clear." />
    ) : (
      <MaskedRecord
        key={`${model} ${documentId} ${document.locale ?? ''} ${props.activeTab ?? ''}`}
        {...props}
        documentId={documentId}
        mayUnmask={access.mayUnmask}
      />
    ),
  };
}

interface MaskedRecordProps extends PanelProps {
  readonly documentId: string;
  readonly mayUnmask: boolean;
}

function MaskedRecord({ model, documentId, document, activeTab, mayUnmask }: MaskedRecordProps) {
  const intl = useIntl();
  const [isAsking, setIsAsking] = React.useState(false);
  const [unmasked, setUnmasked] = React.useState<Unmasked | null>(null);
  const hide = React.useCallback(() => setUnmasked(null), []);
  const secondsLeft = useCountdown(unmasked, hide);

  return (
    <Flex direction="column" alignItems="stretch" gap={3} width="100%">
      <Notice id="personal-data.masked" defaultMessage="Personal data is masked for you." />
      {unmasked !== null && (
        <>
          <UnmaskedValues model={model} attributes={unmasked.attributes} />
          <Typography variant="pi" textColor="neutral600">
            {intl.formatMessage(
              { id: textId('personal-data.hides-in'), defaultMessage: 'Hidden again in {seconds} seconds' },
              { seconds: secondsLeft },
            )}
          </Typography>
          <Button variant="tertiary" startIcon={<EyeStriked />} onClick={hide} fullWidth>
            {intl.formatMessage({ id: textId('personal-data.hide'), defaultMessage: 'Hide' })}
          </Button>
        </>
      )}
      {unmasked === null && mayUnmask && (
        <Button variant="secondary" startIcon={<Eye />} onClick={() => setIsAsking(true)} fullWidth>
          {intl.formatMessage({ id: textId('personal-data.show'), defaultMessage: 'Show personal data' })}
        </Button>
      )}
      <UnmaskDialog
        record={{ uid: model, documentId, locale: document?.locale ?? null, status: activeTab }}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        onUnmasked={setUnmasked}
      />
    </Flex>
  );
}

function Notice({ id, defaultMessage }: { readonly id: string; readonly defaultMessage: string }) {
  const intl = useIntl();
  return (
    <Box style={{ overflowWrap: 'anywhere' }}>
      <Typography variant="omega" textColor="neutral700">
        {intl.formatMessage({ id: textId(id), defaultMessage })}
      </Typography>
    </Box>
  );
}

/** Counts down from the moment the values are there, by the clock: a sleeping tab must not show them longer. */
function useCountdown(unmasked: Unmasked | null, onEnd: () => void): number {
  const [secondsLeft, setSecondsLeft] = React.useState(SHOWN_SECONDS);
  React.useEffect(() => {
    if (unmasked === null) return undefined;
    const end = Date.now() + SHOWN_SECONDS * 1_000;
    const tick = (): void => {
      const left = Math.ceil((end - Date.now()) / 1_000);
      if (left <= 0) onEnd();
      else setSecondsLeft(left);
    };
    tick();
    const timer = window.setInterval(tick, 1_000);
    return () => window.clearInterval(timer);
  }, [unmasked, onEnd]);
  return secondsLeft;
}
