import { Typography } from '@strapi/design-system';
import * as React from 'react';
import { useIntl } from 'react-intl';

import { relativeTime } from './relative-time';

/** How long ago it was, and exactly when on hover. Says it anew every ten seconds. */
export function RelativeTime({ time }: { readonly time: number }) {
  const intl = useIntl();
  useTick(10_000);
  const { value, unit } = relativeTime(time, Date.now());
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

function useTick(interval: number): void {
  const [, tick] = React.useReducer((ticks: number) => ticks + 1, 0);
  React.useEffect(() => {
    const timer = window.setInterval(tick, interval);
    return () => window.clearInterval(timer);
  }, [interval]);
}
