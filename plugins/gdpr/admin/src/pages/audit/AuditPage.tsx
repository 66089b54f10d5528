import { Flex } from '@strapi/design-system';
import { Layouts, Page } from '@strapi/strapi/admin';

import { EXPORT_AUDIT, READ_AUDIT, useMay, VERIFY_AUDIT } from '../../permissions';
import { useText } from '../../text';

import { ChainCard } from './ChainCard';
import { EntryList } from './EntryList';
import { ExportButton } from './ExportButton';
import { TrailFilters } from './TrailFilters';
import { VerifyButton } from './VerifyButton';

/** "Audit trail": who saw and who changed personal data, and the proof that nobody edited that. */
export function AuditPage() {
  const text = useText();
  const [mayVerify, mayExport] = [useMay(VERIFY_AUDIT), useMay(EXPORT_AUDIT)];
  return (
    <Page.Protect permissions={[READ_AUDIT]}>
      <Page.Main>
        <Page.Title>{text('audit.title')}</Page.Title>
        <Layouts.Header
          title={text('audit.title')}
          subtitle={text('audit.subtitle')}
          primaryAction={mayVerify ? <VerifyButton /> : undefined}
          secondaryAction={mayExport ? <ExportButton /> : undefined}
        />
        <Layouts.Content>
          <Flex direction="column" alignItems="stretch" gap={6} paddingBottom={8}>
            <ChainCard />
            <TrailFilters />
            <EntryList />
          </Flex>
        </Layouts.Content>
      </Page.Main>
    </Page.Protect>
  );
}
