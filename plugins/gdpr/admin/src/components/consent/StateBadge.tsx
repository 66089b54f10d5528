import { Status, Typography } from '@strapi/design-system';

import type { ConsentStateName } from '../../../../contracts/consent';
import { useText } from '../../text';

type Look = React.ComponentProps<typeof Status>['variant'];

const LOOKS: Readonly<Record<ConsentStateName, Look>> = {
  none: 'neutral',
  pending: 'warning',
  given: 'success',
  withdrawn: 'danger',
  expired: 'neutral',
  refused: 'danger',
};

/** A state in words; its colour only repeats them. */
export function StateBadge({ state }: { readonly state: ConsentStateName }) {
  const text = useText();
  return (
    <Status variant={LOOKS[state]} size="S" width="fit-content">
      <Typography tag="span" variant="omega" fontWeight="bold" textColor="neutral800">
        {text(`consent.state.${state}`)}
      </Typography>
    </Status>
  );
}
