import { Flex } from '@strapi/design-system';
import {
  ArrowsCounterClockwise,
  Cog,
  CrossCircle,
  Download,
  Duplicate,
  Eye,
  Key,
  List,
  PaperPlane,
  Pencil,
  Plus,
  Question,
  Scissors,
  SealCheck,
  Search,
  Shield,
  Trash,
  WarningCircle,
} from '@strapi/icons';
import type * as React from 'react';

type Tone = 'neutral' | 'primary' | 'success' | 'warning' | 'danger';

const ICONS: Readonly<Record<string, readonly [React.ElementType, Tone]>> = {
  read: [Eye, 'neutral'],
  'read-values': [Eye, 'warning'],
  unmask: [Eye, 'warning'],
  create: [Plus, 'success'],
  update: [Pencil, 'primary'],
  delete: [Trash, 'danger'],
  clone: [Duplicate, 'success'],
  publish: [PaperPlane, 'primary'],
  unpublish: [PaperPlane, 'neutral'],
  discardDraft: [Trash, 'neutral'],
  denied: [CrossCircle, 'danger'],
  tampering: [WarningCircle, 'danger'],
  export: [Download, 'warning'],
  permission: [Shield, 'warning'],
  key: [Key, 'warning'],
  settings: [Cog, 'warning'],
  schema: [List, 'neutral'],
  transfer: [ArrowsCounterClockwise, 'warning'],
  prune: [Scissors, 'warning'],
  verify: [SealCheck, 'neutral'],
  'find-person': [Search, 'neutral'],
};

/** A picture of what was done. The sentence beside it says the same, so nothing reads it aloud. */
export function ActionIcon({ action }: { readonly action: string }) {
  const [Icon, tone] = ICONS[action] ?? [Question, 'neutral'];
  return (
    <Flex
      aria-hidden
      width="3.2rem"
      height="3.2rem"
      shrink={0}
      justifyContent="center"
      borderRadius="50%"
      background={`${tone}100`}
      color={`${tone}600`}
    >
      <Icon fill="currentColor" width="1.6rem" height="1.6rem" />
    </Flex>
  );
}
