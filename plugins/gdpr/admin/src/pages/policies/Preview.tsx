import { Box, Flex } from '@strapi/design-system';
import { useTheme } from 'styled-components';

import type { PolicyVersion } from '../../../../contracts/policies';
import { Notice } from '../../components/Notice';
import { useText } from '../../text';

interface Props {
  readonly version: Pick<PolicyVersion, 'html' | 'title' | 'language'>;
  /** The text beside was changed and not saved. */
  readonly isStale: boolean;
}

/**
 * The text as people will read it. In a frame without rights: whatever somebody wrote into a policy, nothing of it runs
 * in the panel of whoever reviews it.
 */
export function Preview({ version, isStale }: Props) {
  const text = useText();
  const { colors } = useTheme();
  const style = `body{margin:0;font:16px/1.6 system-ui,sans-serif;color:${colors.neutral800};background:${colors.neutral0};overflow-wrap:anywhere}a{color:${colors.primary600}}`;
  const page = `<!doctype html><html lang="${version.language}"><head><meta charset="utf-8"><style>${style}</style></head><body>${version.html}</body></html>`;
  return (
    <Flex direction="column" alignItems="stretch" gap={3}>
      {isStale && <Notice tone="waiting">{text('policies.preview.stale')}</Notice>}
      <Box
        tag="iframe"
        sandbox=""
        title={version.title}
        srcDoc={page}
        width="100%"
        height="44rem"
        borderStyle="none"
      />
    </Flex>
  );
}
