import { Button, Field, Flex, Tag, TextInput } from '@strapi/design-system';
import { Cross, Search } from '@strapi/icons';
import { useAPIErrorHandler } from '@strapi/strapi/admin';
import * as React from 'react';

import { useFindAuditPersonMutation } from '../../api/audit';
import { useText } from '../../text';

interface Props {
  readonly person: string | undefined;
  readonly onChange: (person: string | undefined) => void;
}

/**
 * Asks for a person by e-mail address or by the `documentId` of the data subject. An address is exchanged for that
 * pseudonym before anything is shown: it stands in no address of a page, no history and no log.
 */
export function PersonFilter({ person, onChange }: Props) {
  const text = useText();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [typed, setTyped] = React.useState('');
  const [fault, setFault] = React.useState<string | undefined>(undefined);
  const [find, { isLoading, reset }] = useFindAuditPersonMutation();

  const take = (found: string): void => {
    setTyped('');
    onChange(found);
  };
  const search = async (): Promise<void> => {
    const asked = typed.trim();
    setFault(undefined);
    if (asked === '') return;
    if (!asked.includes('@')) {
      if (/^[A-Za-z0-9_-]{1,36}$/.test(asked)) take(asked);
      else setFault(text('audit.filter.person.invalid'));
      return;
    }
    const answer = await find({ email: asked });
    // The store must not keep the address.
    reset();
    if ('error' in answer) setFault(formatError(answer.error));
    else if (answer.data.person === null) setFault(text('audit.filter.person.unknown'));
    else take(answer.data.person);
  };

  return (
    <Field.Root name="person" error={fault} hint={text('audit.filter.person.hint')}>
      <Field.Label>{text('audit.filter.person')}</Field.Label>
      <Flex gap={2} alignItems="start">
        {person === undefined ? (
          <>
            <Flex flex="1" direction="column" alignItems="stretch">
              <TextInput
                size="S"
                value={typed}
                autoComplete="off"
                placeholder={text('audit.filter.person.placeholder')}
                onChange={(event: React.ChangeEvent<HTMLInputElement>) => setTyped(event.target.value)}
                onKeyDown={(event: React.KeyboardEvent) => {
                  if (event.key === 'Enter') void search();
                }}
              />
            </Flex>
            <Button
              variant="secondary"
              startIcon={<Search />}
              loading={isLoading}
              disabled={typed.trim() === ''}
              onClick={() => void search()}
            >
              {text('audit.filter.person.find')}
            </Button>
          </>
        ) : (
          <Tag
            icon={<Cross aria-hidden />}
            label={text('audit.filter.clear-one')}
            onClick={() => onChange(undefined)}
          >
            {text('audit.filter.person.is', { person })}
          </Tag>
        )}
      </Flex>
      <Field.Error />
      {person === undefined && fault === undefined && <Field.Hint />}
    </Field.Root>
  );
}
