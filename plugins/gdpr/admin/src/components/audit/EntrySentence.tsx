import * as React from 'react';
import { useIntl } from 'react-intl';

import type { AuditEntry } from '../../../../contracts/audit';
import { useGetAuditChoicesQuery } from '../../api/audit';
import { messageOf, textOf } from '../../text';

import { sentenceOf, type Wording } from './sentence';

/** What it takes to say entries in the language of the reader. */
export function useWording(actors: Readonly<Record<string, string>>, isBesideRecord = false): Wording {
  const intl = useIntl();
  const { data: choices } = useGetAuditChoicesQuery(undefined);
  return React.useMemo(() => {
    const types = Object.fromEntries((choices?.types ?? []).map(({ uid, name }) => [uid, name]));
    const list = (items: readonly string[]): string => intl.formatList(items);
    return { text: textOf(intl), list, actors, types, isBesideRecord };
  }, [intl, actors, choices, isBesideRecord]);
}

/** An entry in words, who it was in bold. */
export function EntrySentence({ entry, wording }: { readonly entry: AuditEntry; readonly wording: Wording }) {
  const intl = useIntl();
  const { key, values } = sentenceOf(entry, wording);
  const actor = (
    <strong key="actor" style={{ fontWeight: 600 }}>
      {values.actor}
    </strong>
  );
  return <>{intl.formatMessage(messageOf(key), { ...values, actor })}</>;
}
