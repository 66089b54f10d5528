/** A colour of a page, `#rrggbb`. */
export type Colour = `#${string}`;

/** WCAG 2.2, 1.4.3 (AA): what text needs against what is behind it. */
export const TEXT_CONTRAST = 4.5;

type Channels = readonly [number, number, number];

/** Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Colour, other: Colour): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Whichever of the inks reads better on a colour. */
export function inkOn(background: Colour, inks: readonly [Colour, Colour]): Colour {
  return contrast(background, inks[0]) >= contrast(background, inks[1]) ? inks[0] : inks[1];
}

/**
 * The nearest colour on the way to black or to white that has `ratio` against everything it stands on.
 *
 * @param towards `#000000` or `#ffffff`
 */
export function withContrast(
  colour: Colour,
  backgrounds: readonly Colour[],
  towards: Colour,
  ratio = TEXT_CONTRAST,
): Colour {
  const from = channels(colour);
  const to = channels(towards);
  for (let step = 0; step <= 100; step += 1) {
    const mixed = from.map((value, at) => value + ((to[at] ?? 0) - value) * (step / 100));
    const candidate: Colour = `#${mixed.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
    if (backgrounds.every((background) => contrast(candidate, background) >= ratio)) return candidate;
  }
  return towards;
}

/** Relative luminance (WCAG 2.2), 0 to 1. */
function luminance(colour: Colour): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour: Colour): Channels {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
