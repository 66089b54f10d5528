import { Button, Checkbox, Field, Flex, Textarea, TextInput } from '@strapi/design-system';
import { useAPIErrorHandler, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';

import type { PolicyVersion, PolicyVersionInput } from '../../../../contracts/policies';
import { useSavePolicyVersionMutation } from '../../api/policies';
import { Card } from '../../components/Card';
import { useText } from '../../text';

interface Props {
  readonly version: PolicyVersion;
  readonly onDirty: (isDirty: boolean) => void;
}

/** Works on a draft, in Markdown. Nobody but the people of this panel sees it before it is published. */
export function VersionEditor({ version, onDirty }: Props) {
  const text = useText();
  const { toggleNotification } = useNotification();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [save, { isLoading }] = useSavePolicyVersionMutation();
  const [draft, setDraft] = React.useState<PolicyVersionInput>(() => ({
    language: version.language,
    title: version.title,
    text: version.text,
    materialChange: version.materialChange,
    changeNote: version.changeNote,
  }));
  const change = (changed: Partial<PolicyVersionInput>): void => {
    setDraft((before) => ({ ...before, ...changed }));
    onDirty(true);
  };
  const store = async (): Promise<void> => {
    const changeNote = draft.changeNote?.trim() ?? '';
    const input = { ...draft, changeNote: changeNote === '' ? null : changeNote };
    const answer = await save({ versionId: version.documentId, input });
    if ('error' in answer) {
      toggleNotification({ type: 'danger', message: formatError(answer.error) });
      return;
    }
    onDirty(false);
    toggleNotification({ type: 'success', message: text('policies.saved') });
  };
  return (
    <Card
      title={text('policies.edit')}
      action={
        <Button variant="secondary" loading={isLoading} onClick={() => void store()}>
          {text('policies.save')}
        </Button>
      }
    >
      <Flex direction="column" alignItems="stretch" gap={4}>
        <Field.Root name="title" required>
          <Field.Label>{text('policies.field.title')}</Field.Label>
          <TextInput
            value={draft.title}
            maxLength={255}
            onChange={(event: React.ChangeEvent<HTMLInputElement>) => change({ title: event.target.value })}
          />
        </Field.Root>
        <Field.Root name="text" required hint={text('policies.field.text.hint')}>
          <Field.Label>{text('policies.field.text')}</Field.Label>
          <Textarea
            value={draft.text}
            style={{ minHeight: '36rem', fontFamily: 'monospace' }}
            onChange={(event: React.ChangeEvent<HTMLTextAreaElement>) => change({ text: event.target.value })}
          />
          <Field.Hint />
        </Field.Root>
        <Field.Root name="materialChange" hint={text('policies.field.material.hint')}>
          <Checkbox
            checked={draft.materialChange}
            onCheckedChange={(checked: boolean | 'indeterminate') =>
              change({ materialChange: checked === true })
            }
          >
            {text('policies.material')}
          </Checkbox>
          <Field.Hint />
        </Field.Root>
        <Field.Root name="changeNote" hint={text('policies.field.note.hint')}>
          <Field.Label>{text('policies.field.note')}</Field.Label>
          <TextInput
            value={draft.changeNote ?? ''}
            maxLength={1_000}
            onChange={(event: React.ChangeEvent<HTMLInputElement>) =>
              change({ changeNote: event.target.value })
            }
          />
          <Field.Hint />
        </Field.Root>
      </Flex>
    </Card>
  );
}
