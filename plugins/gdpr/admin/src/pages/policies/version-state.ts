import { useIntl } from 'react-intl';

import type { PolicyDetail, PolicyVersionSummary } from '../../../../contracts/policies';
import { useText } from '../../text';

/** Says where a version stands: a draft, in force, to come, or followed by another. */
export function useVersionState(): (
  version: PolicyVersionSummary,
  policy: Pick<PolicyDetail, 'languages'>,
) => string {
  const text = useText();
  const intl = useIntl();
  return (version, policy) => {
    const { documentId, language, state, effectiveAt } = version;
    if (state === 'draft' || effectiveAt === null) return text('policies.state.draft');
    const date = intl.formatDate(effectiveAt, { dateStyle: 'long', timeStyle: 'short' });
    const known = policy.languages.find((one) => one.language === language);
    if (known?.inForce?.documentId === documentId) return text('policies.state.in-force', { date });
    const isToCome = known?.scheduled.some((one) => one.documentId === documentId) === true;
    return text(isToCome ? 'policies.state.scheduled' : 'policies.state.past', { date });
  };
}
