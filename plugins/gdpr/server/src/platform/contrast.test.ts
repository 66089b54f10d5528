import fc from 'fast-check';

import { type Colour, contrast, inkOn, withContrast } from './contrast';

// Vectors from WebAIM's and the W3C's published examples.
test.each<[Colour, Colour, number]>([
  ['#000000', '#ffffff', 21],
  ['#777777', '#ffffff', 4.48],
  ['#767676', '#ffffff', 4.54],
  ['#0000ff', '#ffffff', 8.59],
  ['#ffffff', '#ffffff', 1],
])('%s on %s is %d', (one, other, ratio) => {
  expect(contrast(one, other)).toBeCloseTo(ratio, 1);
  expect(contrast(other, one)).toBe(contrast(one, other));
});

const colours = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value): Colour => `#${value.toString(16).padStart(6, '0')}`);

test('every colour can be made readable on light and on dark, and one of two inks on every colour', () => {
  fc.assert(
    fc.property(colours, (colour) => {
      expect(contrast(withContrast(colour, ['#ffffff', '#f4f5f8'], '#000000'), '#f4f5f8')).toBeGreaterThan(
        4.49,
      );
      expect(contrast(withContrast(colour, ['#14161d', '#1f222c'], '#ffffff'), '#1f222c')).toBeGreaterThan(
        4.49,
      );
      expect(contrast(inkOn(colour, ['#ffffff', '#000000']), colour)).toBeGreaterThan(4.5);
    }),
  );
});

test('a colour that reads well stays as it is', () => {
  expect(withContrast('#3a35c4', ['#ffffff'], '#000000')).toBe('#3a35c4');
});
