import { readFileSync } from 'node:fs';

import type { Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/**
 * What axe-core finds on a page against WCAG 2.2 AA and its own best practices, as lines that say what and where. The
 * page's content security policy must be bypassed in this context, or axe cannot run.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const findings = await page.evaluate<Finding[]>(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(tags)} } }).then((run) => run.violations)`,
  );
  return findings.map(
    ({ id, impact, help, nodes }) => `${impact ?? ''} ${id}: ${help}: ${nodes[0]?.html ?? ''}`,
  );
}
