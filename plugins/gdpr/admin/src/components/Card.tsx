import { Box, Flex, Typography } from '@strapi/design-system';
import type * as React from 'react';

interface Props {
  readonly title?: string;
  /** What stands at the end of the title's line. */
  readonly action?: React.ReactNode;
  readonly children: React.ReactNode;
}

/** A part of a page, with a title of its own. */
export function Card({ title, action, children }: Props) {
  return (
    <Box tag="section" background="neutral0" hasRadius shadow="tableShadow" padding={6} aria-label={title}>
      <Flex direction="column" alignItems="stretch" gap={4}>
        {title !== undefined && (
          <Flex justifyContent="space-between" alignItems="center" gap={4} wrap="wrap">
            <Typography tag="h2" variant="delta">
              {title}
            </Typography>
            {action}
          </Flex>
        )}
        {children}
      </Flex>
    </Box>
  );
}
