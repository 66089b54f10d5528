import { colourFault, styleSheet } from './theme';

test('a colour that cannot be read is refused, with the nearest that can', () => {
  expect(colourFault('#3a35c4', 'light')).toBeNull();
  const fault = colourFault('#ffcc00', 'light');
  expect(fault).toContain('contrast of 1.4:1');
  const nearest = /nearest colour that has it is (#[0-9a-f]{6})/.exec(fault ?? '')?.[1] as `#${string}`;
  expect(colourFault(nearest, 'light')).toBeNull();
  expect(colourFault('#3a35c4', 'dark')).toContain('on the dark pages');
});

test('a bright button gets dark letters, and every mode its own shade', () => {
  expect(styleSheet({ colour: '#8f7200' })).toContain('--act:#8f7200;--act-ink:#ffffff');
  expect(styleSheet({ colour: '#3a35c4', darkColour: '#ffcc00' })).toContain(
    '--act:#ffcc00;--act-ink:#14161d',
  );
});
