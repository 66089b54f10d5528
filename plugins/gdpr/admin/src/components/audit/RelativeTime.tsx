import { Typography } from '@strapi/design-system';
import * as React from 'react';
import { useIntl } from 'react-intl';

import { relativeTime } from './relative-time';

/** How long ago it was, and exactly when on hover. Says it anew every ten seconds. */
export function RelativeTime({ time }: { readonly time: number }) {
  const intl = useIntl();
  const now = useNow(10_000);
  const { value, unit } = relativeTime(time, now);
  const exact = intl.formatDate(time, { dateStyle: 'full', timeStyle: 'medium' });
  return (
    <Typography
      tag="time"
      dateTime={new Date(time).toISOString()}
      title={exact}
      textColor="neutral600"
      style={{ whiteSpace: 'nowrap' }}
    >
      {intl.formatRelativeTime(value, unit, { numeric: 'auto' })}
    </Typography>
  );
}

function useNow(interval: number): number {
  const [now, setNow] = React.useState(Date.now);
  React.useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), interval);
    return () => window.clearInterval(timer);
  }, [interval]);
  return now;
}
