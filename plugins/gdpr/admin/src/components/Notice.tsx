import { Flex, Typography } from '@strapi/design-system';
import { CheckCircle, Clock, CrossCircle, Information, WarningCircle } from '@strapi/icons';
import type * as React from 'react';

export type Tone = 'success' | 'danger' | 'warning' | 'neutral' | 'waiting';

const LOOKS: Readonly<Record<Tone, readonly [React.ElementType, string]>> = {
  success: [CheckCircle, 'success600'],
  danger: [CrossCircle, 'danger600'],
  warning: [WarningCircle, 'warning600'],
  neutral: [Information, 'neutral600'],
  waiting: [Clock, 'neutral600'],
};

/** A state in words, with an icon before it; its colour only repeats what the words say. */
export function Notice({ tone, children }: { readonly tone: Tone; readonly children: React.ReactNode }) {
  const [Icon, color] = LOOKS[tone];
  return (
    <Flex gap={2} alignItems="start">
      <Flex aria-hidden color={color} shrink={0} paddingTop="2px">
        <Icon fill="currentColor" width="1.6rem" height="1.6rem" />
      </Flex>
      <Typography textColor="neutral800" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Typography>
    </Flex>
  );
}
