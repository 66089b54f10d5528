import { Typography } from '@strapi/design-system';
import type * as React from 'react';

/** What is said beside. */
export function Small({ children, id }: { readonly children: React.ReactNode; readonly id?: string }) {
  return (
    <Typography id={id} variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
      {children}
    </Typography>
  );
}
