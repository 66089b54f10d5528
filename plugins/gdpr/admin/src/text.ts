import * as React from 'react';
import { type IntlShape, useIntl } from 'react-intl';

import { textId } from './translation';
import en from './translations/en.json';

/** A text of the plugin, by its key. */
export type TextKey = keyof typeof en;
export type TextValues = Readonly<Record<string, string | number>>;

/** Says a text in the language of the reader. */
export type Text = (key: TextKey, values?: TextValues) => string;

export function textOf(intl: IntlShape): Text {
  return (key, values) => intl.formatMessage(messageOf(key), values);
}

/** English stands in the translations alone; where a language lacks a text, English is shown. */
export function messageOf(key: TextKey): { readonly id: string; readonly defaultMessage: string } {
  return { id: textId(key), defaultMessage: en[key] };
}

export function useText(): Text {
  const intl = useIntl();
  return React.useMemo(() => textOf(intl), [intl]);
}
