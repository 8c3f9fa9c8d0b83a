import { createHash } from 'node:crypto';
import { type BrandColors, backgrounds, colorProblems, textOn } from './contrast.ts';
import { rules } from './css.ts';

/** The one style sheet of all pages. */
export interface Stylesheet {
  /**
   * `/assets/<SHA-256 of the text, hex>`. Another text has another path, so it may be cached for ever. There is no ending,
   * because what stands in a path has the form of an id.
   */
  readonly path: string;
  readonly text: string;
}

const colorsOfMintmark: BrandColors = { accent: '#0a6b4d', accentInDark: '#62d6aa' };

/**
 * Makes the style sheet for the colours of a workspace. The same colours make the same text.
 * @throws RangeError for colours that have problems; `colorProblems` names them
 */
export function stylesheetWith(colors: BrandColors): Stylesheet {
  if (colorProblems(colors).length > 0) throw new RangeError('These colours cannot be read on a page.');
  const text = `${variables(colors)}\n${rules}`;
  return { path: `/assets/${createHash('sha256').update(text).digest('hex')}`, text };
}

function variables({ accent, accentInDark }: BrandColors): string {
  const light = {
    page: backgrounds.accent[0],
    paper: backgrounds.accent[1],
    ink: '#17201c',
    soft: '#4f5d57',
    line: '#d9e1dd',
    edge: '#7d8a84',
    alarm: '#a3241d',
    'alarm-paper': '#fdf1f0',
    accent: accent.toLowerCase(),
    'on-accent': textOn(accent),
  };
  const dark = {
    page: backgrounds.accentInDark[0],
    paper: backgrounds.accentInDark[1],
    ink: '#e8efeb',
    soft: '#a5b3ac',
    line: '#2c3631',
    edge: '#77857e',
    alarm: '#ff9c94',
    'alarm-paper': '#2a1715',
    accent: accentInDark.toLowerCase(),
    'on-accent': textOn(accentInDark),
  };
  return `:root{color-scheme:light dark;${declarations(light)}}
@media (prefers-color-scheme:dark){:root{${declarations(dark)}}}`;
}

function declarations(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** The style sheet in Mintmark's own colours. */
export const stylesheet: Stylesheet = stylesheetWith(colorsOfMintmark);
