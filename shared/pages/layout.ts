import { type Content, type Html, html, script as scriptOf } from './html.ts';
import { type Page, type PolicyNeeds, policyFor } from './page.ts';
import { withoutDirections } from './say.ts';
import { stylesheet } from './stylesheet.ts';
import { texts } from './texts.ts';

/** How the pages of a workspace look. */
export interface Brand {
  /** The name on top of each page. */
  readonly name: string;
  /** The path of the style sheet, from `stylesheetWith`. */
  readonly stylesheetPath: string;
  /** The path of a PNG on the own origin, which stands in the place of the name. */
  readonly logoPath?: string;
}

/** The pages as they look before anybody chooses another brand. */
export const mintmarkBrand: Brand = { name: 'Mintmark', stylesheetPath: stylesheet.path };

/** One page: one question, under one heading. */
export interface PageParts extends PolicyNeeds {
  /** Text of this project: the title of the window. */
  readonly title: string;
  /** The heading; the title, where it is left out. */
  readonly heading?: Content;
  readonly body: Content;
  readonly status?: number;
  readonly refreshTo?: string;
  /** Whether the page has lists and needs more room. */
  readonly isWide?: boolean;
  /** Whether the page says that something went wrong, which its title begins with. */
  readonly hasProblem?: boolean;
}

/** Puts the parts of a page into the frame that all pages share. */
export function layOut(parts: PageParts, brand: Brand): Page {
  const { title, heading = title, body, status = 200, refreshTo, script, framedBy, hasProblem = false } = parts;
  const fullTitle = `${hasProblem ? `${texts.problem}: ` : ''}${title} · ${withoutDirections(brand.name)}`;
  const document = html`<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<title>${fullTitle}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="${brand.stylesheetPath}">
</head>
<body>
<div class="${parts.isWide ? 'frame wide' : 'frame'}">
<header class="brand">${sign(brand)}</header>
<main>
<h1>${heading}</h1>
${body}
</main>
</div>
${script === undefined ? '' : scriptOf(script)}
</body>
</html>
`;
  return {
    html: `${document}`,
    csp: policyFor(parts),
    status,
    ...(refreshTo === undefined ? {} : { refreshTo }),
    ...(framedBy === undefined ? {} : { framedBy }),
  };
}

function sign({ name, logoPath }: Brand): Html {
  if (logoPath !== undefined) return html`<img src="${logoPath}" alt="${withoutDirections(name)}">`;
  return html`<span class="mark"></span><bdi>${withoutDirections(name)}</bdi>`;
}
