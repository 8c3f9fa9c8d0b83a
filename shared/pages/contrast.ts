/** The colours that a workspace chooses, as `#rrggbb`: of buttons, links and the line around the focus. */
export interface BrandColors {
  readonly accent: string;
  /** The same on a dark page. */
  readonly accentInDark: string;
}

/** Why a colour is refused. */
export interface ColorProblem {
  readonly field: keyof BrandColors;
  readonly reason: 'format' | 'contrast';
  /** The contrast with the page, from 1 to 21, where it is too low. */
  readonly ratio?: number;
}

/** Text needs this contrast (WCAG 2.2, success criterion 1.4.3, level AA). Links are text. */
const CONTRAST_MIN = 4.5;

/** The backgrounds that each accent stands on, in both themes: the page, and the paper on it. */
export const backgrounds = {
  accent: ['#f3f6f4', '#ffffff'],
  accentInDark: ['#0f1412', '#171e1b'],
} as const;

/** The text on an accent, of which the stronger one is taken. */
const ON_ACCENT = ['#ffffff', '#0b120f'] as const;

/** The problems of the chosen colours; none where a page with them can be read. */
export function colorProblems(colors: BrandColors): readonly ColorProblem[] {
  return (['accent', 'accentInDark'] as const).flatMap((field): readonly ColorProblem[] => {
    const color = colors[field];
    if (!/^#[0-9a-f]{6}$/i.test(color)) return [{ field, reason: 'format' }];
    const ratio = Math.min(...backgrounds[field].map((background) => contrast(color, background)));
    return ratio < CONTRAST_MIN ? [{ field, reason: 'contrast', ratio }] : [];
  });
}

/** The colour of text on this colour: black or white, as it can be read better. */
export function textOn(color: string): string {
  const [light, dark] = ON_ACCENT;
  return contrast(color, light) >= contrast(color, dark) ? light : dark;
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance, from 0 to 1 (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
