import { type Colour, contrast, inkOn, TEXT_CONTRAST, withContrast } from '../platform/contrast';

/** The colours of one mode. `act` is the controller's own, the rest is the plugin's. */
interface Palette {
  readonly ink: Colour;
  readonly quiet: Colour;
  readonly paper: Colour;
  readonly card: Colour;
  readonly line: Colour;
  readonly bad: Colour;
  readonly good: Colour;
  readonly act: Colour;
  readonly actInk: Colour;
}

export const DEFAULT_COLOUR: Colour = '#3a35c4';
const LIGHT = {
  ink: '#1f2430',
  quiet: '#545b6b',
  paper: '#f4f5f8',
  card: '#ffffff',
  line: '#8a90a0',
  bad: '#b3261e',
  good: '#1b6e3c',
} as const;
const DARK = {
  ink: '#eceef4',
  quiet: '#b3b9c8',
  paper: '#14161d',
  card: '#1f222c',
  line: '#7d8496',
  bad: '#ffb4ab',
  good: '#8fd9a8',
} as const;
const INKS = ['#ffffff', '#14161d'] as const;

export interface Brand {
  readonly colour?: Colour | undefined;
  readonly darkColour?: Colour | undefined;
}

/**
 * Why a colour cannot be used for the links and buttons of a page, in one sentence, with the nearest that can; `null`
 * when it can.
 */
export function colourFault(colour: Colour, mode: 'light' | 'dark'): string | null {
  const { paper, card } = mode === 'light' ? LIGHT : DARK;
  const worst = Math.min(contrast(colour, paper), contrast(colour, card));
  if (worst >= TEXT_CONTRAST) return null;
  const nearest = withContrast(colour, [paper, card], mode === 'light' ? '#000000' : '#ffffff');
  return `${colour} has a contrast of ${worst.toFixed(1)}:1 on the ${mode} pages, and links need ${String(TEXT_CONTRAST)}:1; the nearest colour that has it is ${nearest}`;
}

function palette(mode: 'light' | 'dark', act: Colour): Palette {
  return { ...(mode === 'light' ? LIGHT : DARK), act, actInk: inkOn(act, INKS) };
}

function variables({ ink, quiet, paper, card, line, bad, good, act, actInk }: Palette): string {
  return `--ink:${ink};--quiet:${quiet};--paper:${paper};--card:${card};--line:${line};--bad:${bad};--good:${good};--act:${act};--act-ink:${actInk}`;
}

/** The style sheet of the pages, in the controller's colours. A dark colour is derived where none is given. */
export function styleSheet({ colour = DEFAULT_COLOUR, darkColour }: Brand): string {
  const dark = darkColour ?? withContrast(colour, [DARK.paper, DARK.card], '#ffffff', 6);
  return `:root{${variables(palette('light', colour))}}@media (prefers-color-scheme:dark){:root{${variables(palette('dark', dark))}}}${RULES}`;
}

const RULES = `
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}
header,main,footer{max-width:38rem;margin:0 auto;padding:1.5rem 1.25rem}
header{padding-top:2rem;padding-bottom:0}
header img{display:block;max-height:3.5rem;max-width:100%;width:auto}
main{margin-top:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:2rem 1.75rem}
@media (max-width:40rem){main{margin-left:1rem;margin-right:1rem;padding:1.5rem 1.25rem}}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
h2{margin:2rem 0 .75rem;font-size:1.15rem;line-height:1.3}
p,ul,ol,fieldset,dl{margin:0 0 1rem}
ul{padding-inline-start:1.25rem}
form{margin:0 0 1rem}
fieldset{border:0;padding:0;min-width:0}
legend{padding:0;font-weight:600}
label{font-weight:600}
.field{margin:0 0 1.25rem}
.field label{display:block;margin:0 0 .25rem}
input[type=text],input[type=email],select{width:100%;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:var(--ink);font:inherit}
input[aria-invalid=true]{border-color:var(--bad);border-width:2px}
.choice{display:grid;grid-template-columns:1.75rem 1fr;align-items:start;margin:0 0 1.25rem}
.choice input{width:1.25rem;height:1.25rem;margin:.2rem 0 0;accent-color:var(--act)}
.choice p{grid-column:2;margin:.15rem 0 0}
.choice .state{font-size:.9375rem}
button{width:100%;min-height:2.75rem;padding:.75rem 1.25rem;border:2px solid var(--act);border-radius:.5rem;background:var(--act);color:var(--act-ink);font:inherit;font-weight:600;cursor:pointer}
button.second{background:transparent;color:var(--act)}
button:hover{text-decoration:underline}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
.quiet,footer{color:var(--quiet);font-size:.9375rem}
.notice{border-inline-start:4px solid var(--act);padding:.25rem 0 .25rem 1rem}
.error{color:var(--bad)}
.notice.error{border-color:var(--bad)}
.done{color:var(--good)}
a{color:var(--act)}
footer ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.5rem 0 0}
footer a,nav a{display:inline-block;min-height:1.5rem}
.trap{position:absolute;inset-inline-start:-999rem;height:1px;overflow:hidden}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
`;
