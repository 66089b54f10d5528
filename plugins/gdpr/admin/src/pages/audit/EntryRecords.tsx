import { Box, Flex, Typography } from '@strapi/design-system';

import type { AuditRecords } from '../../../../contracts/audit';
import type { Wording } from '../../components/audit/sentence';
import { useReadableTypes } from '../../permissions';
import { PLUGIN_ID } from '../../pluginId';
import { type TextKey, useText } from '../../text';

import { FilterLink } from './EntryFacts';

const CHANGES: Readonly<Record<'create' | 'update' | 'delete', TextKey>> = {
  create: 'audit.change.create',
  update: 'audit.change.update',
  delete: 'audit.change.delete',
};

/** Which records an entry is about, with ways to them and to whose they are. */
export function EntryRecords({
  records,
  wording,
}: {
  readonly records: readonly AuditRecords[];
  readonly wording: Wording;
}) {
  const text = useText();
  return records.map((set, at) => (
    <Flex key={at} direction="column" alignItems="stretch" gap={2}>
      <Typography fontWeight="bold">
        {text('audit.records.count', { type: wording.types[set.type] ?? set.type, count: set.count })}
        {set.change !== null && ` · ${text(CHANGES[set.change])}`}
      </Typography>
      {set.attributes.length > 0 && (
        <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
          {text('audit.records.attributes', { attributes: wording.list(set.attributes) })}
        </Typography>
      )}
      <Box tag="ul" style={{ columns: set.records.length > 6 ? 2 : 1 }}>
        {set.records.map((record) => (
          <RecordRow key={record.id} type={set.type} record={record} />
        ))}
      </Box>
      {set.count > set.records.length && (
        <Typography variant="pi" textColor="neutral600">
          {text('audit.records.more', { count: set.count - set.records.length })}
        </Typography>
      )}
    </Flex>
  ));
}

interface RowProps {
  readonly type: string;
  readonly record: AuditRecords['records'][number];
}

function RecordRow({ type, record: { id, documentId, person } }: RowProps) {
  const text = useText();
  const mayRead = useReadableTypes();
  const name = documentId ?? text('audit.records.unknown', { id });
  return (
    <Box tag="li" paddingTop={1} paddingBottom={1} style={{ breakInside: 'avoid', overflowWrap: 'anywhere' }}>
      {documentId !== null && mayRead(type) ? (
        <FilterLink to={`/content-manager/collection-types/${type}/${documentId}`}>{name}</FilterLink>
      ) : (
        <Typography variant="pi">{name}</Typography>
      )}
      {person !== null && (
        <>
          {' · '}
          <FilterLink to={`/plugins/${PLUGIN_ID}/audit?person=${encodeURIComponent(person)}`}>
            {text('audit.records.person')}
          </FilterLink>
        </>
      )}
    </Box>
  );
}
