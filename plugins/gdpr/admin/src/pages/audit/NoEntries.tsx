import { Box, Button, EmptyStateLayout } from '@strapi/design-system';
import { Eye } from '@strapi/icons';
import { useSearchParams } from 'react-router-dom';

import { useText } from '../../text';

/** Nothing to show: says what would stand here, and how it comes to. */
export function NoEntries({ isFiltered }: { readonly isFiltered: boolean }) {
  const text = useText();
  const [, setParams] = useSearchParams();
  return (
    <EmptyStateLayout
      icon={
        <Box color="primary600" aria-hidden>
          <Eye fill="currentColor" width="4.8rem" height="4.8rem" />
        </Box>
      }
      content={text(isFiltered ? 'audit.empty.filtered' : 'audit.empty')}
      action={
        isFiltered ? (
          <Button variant="secondary" onClick={() => setParams({})}>
            {text('audit.filter.clear')}
          </Button>
        ) : undefined
      }
    />
  );
}
