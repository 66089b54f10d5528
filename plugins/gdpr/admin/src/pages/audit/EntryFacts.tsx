import { Typography } from '@strapi/design-system';
import { useIntl } from 'react-intl';
import { Link } from 'react-router-dom';
import { styled } from 'styled-components';

import type { AuditDetail, AuditEntry } from '../../../../contracts/audit';
import { RelativeTime } from '../../components/audit/RelativeTime';
import { actorOf, type Wording } from '../../components/audit/sentence';
import { type Fact, Facts } from '../../components/Facts';
import { PLUGIN_ID } from '../../pluginId';
import type { Text, TextKey } from '../../text';

/** Details that have a name in the reader's language; others are shown as they are called. */
const DETAILS: Readonly<Record<string, TextKey>> = {
  status: 'audit.detail.status',
  method: 'audit.detail.method',
  type: 'audit.detail.type',
  document: 'audit.detail.document',
  repeated: 'audit.detail.repeated',
  reason: 'audit.detail.reason',
  permissions: 'audit.detail.permissions',
  operation: 'audit.detail.operation',
  outcome: 'audit.detail.outcome',
  attributes: 'audit.detail.attributes',
  format: 'audit.detail.format',
  entries: 'audit.detail.entries',
  subject: 'audit.detail.subject',
  changed: 'audit.detail.changed',
};

/** Who, when, from where, why: all that an entry states besides its records. */
export function EntryFacts({ entry, wording }: { readonly entry: AuditEntry; readonly wording: Wording }) {
  const intl = useIntl();
  const { text } = wording;
  const given = (label: TextKey, value: string | undefined): Fact[] =>
    value === undefined ? [] : [[text(label), value]];
  const facts: Fact[] = [
    [
      text('audit.fact.time'),
      <>
        <Typography tag="p">
          {intl.formatDate(entry.time, { dateStyle: 'medium', timeStyle: 'medium' })}
        </Typography>
        <RelativeTime time={entry.time} />
      </>,
    ],
    [
      text('audit.fact.actor'),
      <>
        <Typography tag="p">{actorOf(entry, wording)}</Typography>
        <FilterLink to={`/plugins/${PLUGIN_ID}/audit?actor=${encodeURIComponent(entry.actor)}`}>
          {text('audit.fact.actor.all')}
        </FilterLink>
      </>,
    ],
    [text('audit.fact.source'), sourceName(entry.source, text)],
    ...given('audit.fact.purpose', entry.purpose),
    ...given('audit.fact.name', entry.name),
    ...given('audit.fact.ip', entry.ip),
    [text('audit.fact.request'), entry.id],
    ...Object.entries(entry.details ?? {}).map(([name, value]): Fact => {
      const key = DETAILS[name];
      return [key === undefined ? name : text(key), valueOf(value, wording)];
    }),
  ];
  return <Facts facts={facts} />;
}

const SOURCES = ['content-manager', 'admin', 'rest', 'graphql', 'http', 'code', 'job', 'command'] as const;

function sourceName(source: string, text: Text): string {
  const known = SOURCES.find((one) => one === source);
  return known === undefined ? source : text(`audit.source.${known}`);
}

function valueOf(value: AuditDetail, { text, list }: Wording): string {
  if (typeof value === 'boolean') return text(value ? 'personal-data.yes' : 'personal-data.no');
  return typeof value === 'object' ? list(value) : String(value);
}

export const FilterLink = styled(Link)`
  color: ${({ theme }) => theme.colors.primary600};
  font-size: ${({ theme }) => theme.fontSizes[1]};

  &:hover {
    text-decoration: underline;
  }
`;
