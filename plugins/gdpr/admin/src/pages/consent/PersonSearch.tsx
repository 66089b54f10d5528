import { Button, Field, Flex, Tag, TextInput } from '@strapi/design-system';
import { Cross, Search } from '@strapi/icons';
import { useAPIErrorHandler } from '@strapi/strapi/admin';
import * as React from 'react';

import { useFindConsentPersonMutation } from '../../api/consent';
import { Card } from '../../components/Card';
import { Notice } from '../../components/Notice';
import { useText } from '../../text';

interface Props {
  readonly person: string | null;
  readonly onChange: (person: string | null) => void;
}

/**
 * Asks for a person by e-mail address. It is exchanged for a pseudonym before anything is shown: it stands in no address
 * of a page, no history and no log.
 */
export function PersonSearch({ person, onChange }: Props) {
  const text = useText();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [typed, setTyped] = React.useState('');
  const [fault, setFault] = React.useState<string | undefined>(undefined);
  const [isSuppressed, setIsSuppressed] = React.useState(false);
  const [find, { isLoading, reset }] = useFindConsentPersonMutation();

  const search = async (): Promise<void> => {
    const email = typed.trim();
    setFault(undefined);
    setIsSuppressed(false);
    if (email === '') return;
    const answer = await find({ email });
    // The store must not keep the address.
    reset();
    if ('error' in answer) {
      setFault(formatError(answer.error));
      return;
    }
    const { subject, suppressed } = answer.data;
    setIsSuppressed(suppressed);
    if (subject === null) setFault(text('consent.person.unknown'));
    else {
      setTyped('');
      onChange(subject);
    }
  };
  const clear = (): void => {
    setIsSuppressed(false);
    onChange(null);
  };

  return (
    <Card>
      <Field.Root name="person" error={fault} hint={text('consent.person.hint')}>
        <Field.Label>{text('consent.person')}</Field.Label>
        <Flex gap={2} alignItems="start">
          {person === null ? (
            <>
              <Flex flex="1" direction="column" alignItems="stretch">
                <TextInput
                  type="email"
                  value={typed}
                  autoComplete="off"
                  placeholder="name@example.org"
                  onChange={(event: React.ChangeEvent<HTMLInputElement>) => setTyped(event.target.value)}
                  onKeyDown={(event: React.KeyboardEvent) => {
                    if (event.key === 'Enter') void search();
                  }}
                />
              </Flex>
              <Button
                size="L"
                startIcon={<Search />}
                loading={isLoading}
                disabled={typed.trim() === ''}
                onClick={() => void search()}
              >
                {text('consent.person.find')}
              </Button>
            </>
          ) : (
            <Tag icon={<Cross aria-hidden />} label={text('consent.person.clear')} onClick={clear}>
              {text('consent.person.is', { person })}
            </Tag>
          )}
        </Flex>
        <Field.Error />
        {person === null && fault === undefined && <Field.Hint />}
      </Field.Root>
      {isSuppressed && <Notice tone="warning">{text('consent.person.suppressed')}</Notice>}
    </Card>
  );
}
