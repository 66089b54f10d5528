import { Box, Flex, IconButton, Typography } from '@strapi/design-system';
import { Duplicate } from '@strapi/icons';
import { unstable_useDocumentLayout, useClipboard, useNotification } from '@strapi/strapi/admin';
import { type IntlShape, useIntl } from 'react-intl';

import { textId } from '../translation';

interface Props {
  readonly model: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The values of one record, each with its label and a way to copy it. */
export function UnmaskedValues({ model, attributes }: Props) {
  const intl = useIntl();
  const { copy } = useClipboard();
  const { toggleNotification } = useNotification();
  const { edit } = unstable_useDocumentLayout(model);
  const values = valuesOf(attributes, intl);

  const copyValue = async (value: string): Promise<void> => {
    if (!(await copy(value))) return;
    toggleNotification({
      type: 'success',
      message: intl.formatMessage({ id: textId('personal-data.copied'), defaultMessage: 'Copied' }),
    });
  };

  if (values.length === 0) {
    return (
      <Typography textColor="neutral600">
        {intl.formatMessage({
          id: textId('personal-data.nothing'),
          defaultMessage: 'This record holds no personal data.',
        })}
      </Typography>
    );
  }
  return (
    <Flex tag="dl" direction="column" alignItems="stretch" gap={2}>
      {values.map(({ path, value, text }) => {
        const label = edit.metadatas[path]?.label ?? path;
        return (
          <Flex key={path} justifyContent="space-between" alignItems="start" gap={2}>
            <Box style={{ overflowWrap: 'anywhere', minWidth: 0 }}>
              <Typography tag="dt" variant="pi" textColor="neutral600">
                {label}
              </Typography>
              <Typography tag="dd" textColor="neutral800" style={{ whiteSpace: 'pre-wrap' }}>
                {text}
              </Typography>
            </Box>
            <IconButton
              size="S"
              variant="ghost"
              label={intl.formatMessage(
                { id: textId('personal-data.copy'), defaultMessage: 'Copy {field}' },
                { field: label },
              )}
              onClick={() => void copyValue(value)}
            >
              <Duplicate />
            </IconButton>
          </Flex>
        );
      })}
    </Flex>
  );
}

/** Each value by its path; parts of the record, such as an address, are taken apart. */
function valuesOf(
  attributes: Readonly<Record<string, unknown>>,
  intl: IntlShape,
  prefix = '',
): { path: string; value: string; text: string }[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    if (value === null || value === undefined || value === '') return [];
    if (typeof value === 'object') return valuesOf(value as Record<string, unknown>, intl, `${path}.`);
    const plain = value as string | number | boolean;
    // Shown as people read it, copied as it is stored.
    return [{ path, value: String(plain), text: textOf(plain, intl) }];
  });
}

function textOf(value: string | number | boolean, intl: IntlShape): string {
  if (typeof value === 'boolean') {
    return value
      ? intl.formatMessage({ id: textId('personal-data.yes'), defaultMessage: 'Yes' })
      : intl.formatMessage({ id: textId('personal-data.no'), defaultMessage: 'No' });
  }
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value))
    return intl.formatDate(value, { timeZone: 'UTC', dateStyle: 'long' });
  return String(value);
}
