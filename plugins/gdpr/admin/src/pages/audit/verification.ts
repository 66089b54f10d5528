import * as React from 'react';

import type { AuditVerification } from '../../../../contracts/audit';
import { useGetAuditVerificationQuery } from '../../api/audit';
import { useMay, VERIFY_AUDIT } from '../../permissions';

/** How often a verification under way is asked for, in ms. */
const POLL = 700;

/**
 * The last verification of the trail, or the one under way, which goes on by itself when this page is left. `undefined`
 * while it is asked for and for whoever may not verify.
 */
export function useVerification(): AuditVerification | null | undefined {
  const mayVerify = useMay(VERIFY_AUDIT);
  const [isRunning, setIsRunning] = React.useState(false);
  const { data } = useGetAuditVerificationQuery(undefined, {
    skip: !mayVerify,
    pollingInterval: isRunning ? POLL : 0,
    refetchOnMountOrArgChange: true,
  });
  React.useEffect(() => setIsRunning(data?.state === 'running'), [data?.state]);
  return mayVerify ? data : undefined;
}
