import { createHash } from 'node:crypto';

import type { Language } from '../../platform/languages';

import { type Purpose, textOf } from '../../lawfulness';

/**
 * What a form says that it showed: the purpose and a hash of its text. A snippet that somebody copied into their site
 * a year ago shows the text of a year ago; consent to another text than the one on record would be worth nothing.
 */
export function shownText(purpose: Purpose, language: Language): string {
  const hash = createHash('sha256').update(textOf(purpose, language).consent).digest('base64url');
  return `${purpose.slug}:${hash.slice(0, 22)}`;
}

/** Whether a form that says what it showed showed what would be recorded. */
export function showsCurrentTexts(
  shown: readonly string[],
  purposes: readonly Purpose[],
  language: Language,
): boolean {
  if (shown.length === 0) return true;
  return purposes.every((purpose) => shown.includes(shownText(purpose, language)));
}
