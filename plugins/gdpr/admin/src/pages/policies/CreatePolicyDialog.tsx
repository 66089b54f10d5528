import {
  Button,
  Field,
  Flex,
  Modal,
  SingleSelect,
  SingleSelectOption,
  TextInput,
} from '@strapi/design-system';
import { useAPIErrorHandler } from '@strapi/strapi/admin';
import * as React from 'react';
import { useNavigate } from 'react-router-dom';

import type { PolicyKind } from '../../../../contracts/policies';
import { useCreatePolicyMutation } from '../../api/policies';
import { useText } from '../../text';

const KINDS: readonly PolicyKind[] = ['privacy', 'terms', 'cookie', 'marketing'];

/** A new policy: a name, and the address under which everybody will find it. */
export function CreatePolicyDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const navigate = useNavigate();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [title, setTitle] = React.useState('');
  const [slug, setSlug] = React.useState<string | null>(null);
  const [kind, setKind] = React.useState<PolicyKind>('privacy');
  const [fault, setFault] = React.useState<string | undefined>(undefined);
  const [create, { isLoading }] = useCreatePolicyMutation();
  const address = slug ?? slugOf(title);

  const confirm = async (): Promise<void> => {
    const answer = await create({ title: title.trim(), slug: address, kind });
    if ('error' in answer) setFault(formatError(answer.error));
    else navigate(answer.data.documentId);
  };

  return (
    <Modal.Root open onOpenChange={(open: boolean) => (open ? undefined : onClose())}>
      <Modal.Content>
        <Modal.Header>
          <Modal.Title>{text('policies.create')}</Modal.Title>
        </Modal.Header>
        <Modal.Body>
          <Flex direction="column" alignItems="stretch" gap={4}>
            <Field.Root name="title" required>
              <Field.Label>{text('policies.field.title')}</Field.Label>
              <TextInput
                value={title}
                maxLength={255}
                onChange={(event: React.ChangeEvent<HTMLInputElement>) => setTitle(event.target.value)}
              />
            </Field.Root>
            <Field.Root name="slug" required error={fault} hint={text('policies.field.slug.hint')}>
              <Field.Label>{text('policies.field.slug')}</Field.Label>
              <TextInput
                value={address}
                maxLength={80}
                onChange={(event: React.ChangeEvent<HTMLInputElement>) => setSlug(event.target.value)}
              />
              <Field.Error />
              {fault === undefined && <Field.Hint />}
            </Field.Root>
            <Field.Root name="kind" required>
              <Field.Label>{text('policies.field.kind')}</Field.Label>
              <SingleSelect
                value={kind}
                onChange={(value: string | number) =>
                  setKind(KINDS.find((one) => one === value) ?? 'privacy')
                }
              >
                {KINDS.map((one) => (
                  <SingleSelectOption key={one} value={one}>
                    {text(`policies.kind.${one}`)}
                  </SingleSelectOption>
                ))}
              </SingleSelect>
            </Field.Root>
          </Flex>
        </Modal.Body>
        <Modal.Footer>
          <Button variant="tertiary" onClick={onClose}>
            {text('cancel')}
          </Button>
          <Button
            loading={isLoading}
            disabled={title.trim() === '' || address === ''}
            onClick={() => void confirm()}
          >
            {text('policies.create.confirm')}
          </Button>
        </Modal.Footer>
      </Modal.Content>
    </Modal.Root>
  );
}

/** `Datenschutzerklärung (neu)` becomes `datenschutzerklarung-neu`. */
function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
