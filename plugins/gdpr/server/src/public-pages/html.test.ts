import fc from 'fast-check';

import { html } from '../platform/html';
import { renderPage } from './layout';

test('every value is escaped, but markup that was built here', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { markup } = html`<p title="${text}">${html`<b>${text}</b>`}</p>`;
      const inside = markup.slice('<p title="'.length, markup.indexOf('"><b>'));
      expect(inside).not.toMatch(/[<>"']/);
      expect(markup.match(/<[a-z]/g)).toEqual(['<p', '<b']);
    }),
  );
});

test('a page names its language and its controller, runs no script and loads nothing', () => {
  const page = renderPage({
    language: 'de',
    title: '<Titel>',
    controller: 'Müller & Co',
    styles: 'p{color:red}',
    content: html`<p>Text</p>`,
  });
  expect(page).toContain('<html lang="de" dir="ltr">');
  // Byte for byte: the page's content security policy holds its hash.
  expect(page).toContain('<style>p{color:red}</style>');
  expect(page).toContain('Müller &amp; Co');
  expect(page).toContain('&lt;Titel&gt;');
  expect(page).not.toMatch(/<script|src=|@import|url\(/);
});
