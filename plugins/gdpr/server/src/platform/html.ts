const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to put into a page as it is. Only {@link html} makes it. */
export class Html {
  constructor(readonly markup: string) {}
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Builds markup from a template; every value that is not {@link Html} itself is escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  const parts = values.map((value, at) => `${strings[at] ?? ''}${render(value)}`);
  return new Html(parts.join('') + (strings[values.length] ?? ''));
}

function render(value: unknown): string {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(render).join('');
  return value === null || value === undefined || value === false
    ? ''
    : escapeHtml(typeof value === 'string' ? value : JSON.stringify(value));
}
