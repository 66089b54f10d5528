import { Box, Grid, Typography } from '@strapi/design-system';
import type * as React from 'react';

export type Fact = readonly [label: string, value: React.ReactNode];

/** Labels and values, side by side where there is room. */
export function Facts({
  facts,
  columns = 3,
}: {
  readonly facts: readonly Fact[];
  readonly columns?: number;
}) {
  return (
    <Grid.Root tag="dl" gap={4}>
      {facts.map(([label, value]) => (
        <Grid.Item key={label} col={12 / columns} s={6} xs={12} direction="column" alignItems="stretch">
          <Typography tag="dt" variant="pi" textColor="neutral600">
            {label}
          </Typography>
          <Box tag="dd" style={{ overflowWrap: 'anywhere' }}>
            {typeof value === 'string' ? <Typography>{value}</Typography> : value}
          </Box>
        </Grid.Item>
      ))}
    </Grid.Root>
  );
}
