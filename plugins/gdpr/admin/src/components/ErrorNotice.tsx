import { Box, Button, Flex, Typography } from '@strapi/design-system';
import { ArrowClockwise, WarningCircle } from '@strapi/icons';
import { type BaseQueryError, useAPIErrorHandler } from '@strapi/strapi/admin';

import { useText } from '../text';

interface Props {
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** What went wrong, and a way to try again. */
export function ErrorNotice({ error, onRetry }: Props) {
  const text = useText();
  const { _unstableFormatAPIError: formatError } = useAPIErrorHandler();
  return (
    <Box role="alert" padding={6} background="neutral0" hasRadius shadow="tableShadow">
      <Flex direction="column" gap={4}>
        <Flex gap={2} alignItems="start">
          <Flex aria-hidden color="danger600" shrink={0} paddingTop="2px">
            <WarningCircle fill="currentColor" />
          </Flex>
          <Typography>
            {text('error.load', {
              // RTK Query types errors as its base query's or its own; the formatter takes both.
              reason: formatError(error as BaseQueryError),
            })}
          </Typography>
        </Flex>
        <Button variant="secondary" startIcon={<ArrowClockwise />} onClick={onRetry}>
          {text('error.retry')}
        </Button>
      </Flex>
    </Box>
  );
}
