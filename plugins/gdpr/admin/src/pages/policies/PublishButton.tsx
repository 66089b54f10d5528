import { Button, Field, Flex, Modal, Typography } from '@strapi/design-system';
import { useAPIErrorHandler, useNotification } from '@strapi/strapi/admin';
import * as React from 'react';

import type { PolicyDetail, PolicyVersion } from '../../../../contracts/policies';
import { usePublishPolicyVersionMutation } from '../../api/policies';
import { Notice } from '../../components/Notice';
import { useText } from '../../text';

interface Props {
  readonly version: PolicyVersion;
  readonly policy: PolicyDetail;
  readonly isDirty: boolean;
}

/** Publishes a draft, after saying what that means: it is for good, and a material change asks everybody anew. */
export function PublishButton({ version, policy, isDirty }: Props) {
  const text = useText();
  const { toggleNotification } = useNotification();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  const [isAsking, setIsAsking] = React.useState(false);
  const [effectiveAt, setEffectiveAt] = React.useState('');
  const [publish, { isLoading }] = usePublishPolicyVersionMutation();

  const confirm = async (): Promise<void> => {
    // The field's time is that of the reader's clock.
    const when = effectiveAt === '' ? {} : { effectiveAt: new Date(effectiveAt).toISOString() };
    const answer = await publish({ versionId: version.documentId, ...when });
    if ('error' in answer) {
      toggleNotification({ type: 'danger', message: formatError(answer.error) });
      return;
    }
    toggleNotification({ type: 'success', message: text('policies.published') });
    setIsAsking(false);
  };

  return (
    <>
      <Button
        disabled={isDirty}
        title={isDirty ? text('policies.publish.dirty') : undefined}
        onClick={() => setIsAsking(true)}
      >
        {text('policies.publish')}
      </Button>
      <Modal.Root open={isAsking} onOpenChange={setIsAsking}>
        <Modal.Content>
          <Modal.Header>
            <Modal.Title>{text('policies.publish.title')}</Modal.Title>
          </Modal.Header>
          <Modal.Body>
            <Flex direction="column" alignItems="stretch" gap={4}>
              <Typography>{text('policies.publish.text', { title: version.title })}</Typography>
              <Notice tone={version.materialChange ? 'warning' : 'neutral'}>
                {version.materialChange
                  ? text('policies.publish.material', { count: policy.acceptance.accepted })
                  : text('policies.publish.minor')}
              </Notice>
              <Field.Root name="effectiveAt" hint={text('policies.publish.when.hint')}>
                <Field.Label>{text('policies.publish.when')}</Field.Label>
                <Field.Input
                  type="datetime-local"
                  value={effectiveAt}
                  onChange={(event: React.ChangeEvent<HTMLInputElement>) =>
                    setEffectiveAt(event.target.value)
                  }
                />
                <Field.Hint />
              </Field.Root>
            </Flex>
          </Modal.Body>
          <Modal.Footer>
            <Button variant="tertiary" onClick={() => setIsAsking(false)}>
              {text('cancel')}
            </Button>
            <Button loading={isLoading} onClick={() => void confirm()}>
              {text('policies.publish.confirm')}
            </Button>
          </Modal.Footer>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}
