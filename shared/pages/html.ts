import { isOwnPath, isWebUrl } from './urls.ts';

/** HTML whose values are escaped. Only `html` and `flag` make it, so that no text can become markup. */
class Html {
  readonly #markup: string;
  readonly isFlag: boolean;

  constructor(markup: string, isFlag = false) {
    this.#markup = markup;
    this.isFlag = isFlag;
  }

  toString(): string {
    return this.#markup;
  }
}

export type { Html };

/** A value between tags: text is escaped, a list is joined, and `undefined` or `false` is left out. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** Where a value stands in a template: it decides which values are taken. */
type Position = 'text' | 'attribute' | 'url' | 'flag';

/** Attributes that hold an address. A template gives each of them as one whole value. */
const URL_ATTRIBUTES = ['href', 'src', 'action', 'formaction'];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const positionsOfTemplates = new WeakMap<TemplateStringsArray, readonly Position[]>();

/**
 * Makes HTML from a template. Values are text unless they are `Html` themselves; in an attribute they are text always, and
 * in `href`, `src` and `action` they are addresses: `http:`, `https:`, or a path of the own origin.
 * @throws TypeError for a template that takes a value where text could become code, or for an address of another kind
 */
export function html(template: TemplateStringsArray, ...values: readonly Content[]): Html {
  const positions = positionsOf(template);
  const parts = values.map((value, index) => rendered(value, positions[index] ?? 'text') + (template[index + 1] ?? ''));
  return new Html((template[0] ?? '') + parts.join(''));
}

/** An attribute without a value, such as `checked`, where `isOn` says so. */
export function flag(name: 'checked' | 'autofocus' | 'required' | 'disabled', isOn: boolean): Html {
  return new Html(isOn ? name : '', true);
}

/**
 * A link to an address that was compared with the registered redirect URIs of an application. It may have a private-use
 * scheme with a dot (RFC 8252 §7.1), which `href` in a template refuses.
 * @throws TypeError for an address that is neither, such as `javascript:`
 */
export function linkToApplication(uri: string, content: Content): Html {
  if (!isWebUrl(uri) && !/^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:[!-~]*$/i.test(uri)) throw refusedAddress();
  return new Html(`<a class="button" href="${escaped(uri)}">${rendered(content, 'text')}</a>`);
}

/**
 * Code of a page, which its policy allows by hash. The parameter is the source text of this project, never made of values.
 */
export function script(source: string): Html {
  return new Html(`<script>${source}</script>`);
}

function rendered(value: Content, position: Position): string {
  if (position === 'flag') return flagged(value);
  if (value === undefined || value === false) return '';
  if (position === 'text') return between(value);
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError('An attribute takes text only.');
  if (position === 'url' && !isOwnPath(`${value}`) && !isWebUrl(`${value}`)) throw refusedAddress();
  return escaped(`${value}`);
}

function flagged(value: Content): string {
  if (value instanceof Html && value.isFlag) return `${value}`;
  throw new TypeError('Between attributes stands a flag only.');
}

function between(value: Exclude<Content, undefined | false>): string {
  if (value instanceof Html && !value.isFlag) return `${value}`;
  if (typeof value === 'string' || typeof value === 'number') return escaped(`${value}`);
  if (value instanceof Html) throw new TypeError('A flag stands between attributes only.');
  return value.map((each) => rendered(each, 'text')).join('');
}

/** Control characters, which HTML does not have, become visible. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')
  );
}

function refusedAddress(): TypeError {
  return new TypeError('A page links to http, https and its own paths only.');
}

/** Templates are few and constant, so each is looked at once. */
function positionsOf(template: TemplateStringsArray): readonly Position[] {
  const known = positionsOfTemplates.get(template);
  if (known !== undefined) return known;
  const positions = template
    .slice(0, -1)
    .map((_, index) => positionAfter(template.slice(0, index + 1).join('\0'), template[index + 1] ?? ''));
  positionsOfTemplates.set(template, positions);
  return positions;
}

/** Where a value stands after this beginning of a template, in which other values are one NUL each. */
function positionAfter(before: string, after: string): Position {
  if (/<!--(?![\s\S]*-->)|<(script|style)\b(?![\s\S]*<\/\1>)/i.test(before)) {
    throw new TypeError('A template takes no value in code, in style or in a comment.');
  }
  const attribute = /<[a-z](?:[^<>"]|"[^"]*")*\s([\w-]+)="([^"]*)$/i.exec(before);
  if (attribute !== null) return positionIn(attribute[1] ?? '', attribute[2] === '' && after.startsWith('"'));
  if (!/<[^<>"]*(?:"[^"]*"[^<>"]*)*$/.test(before)) return 'text';
  if (/\s$/.test(before) && /^[\s>]/.test(after)) return 'flag';
  throw new TypeError('A template takes a value between double quotes only.');
}

function positionIn(attribute: string, isWhole: boolean): Position {
  if (/^(?:on|style$|srcdoc$|srcset$)/i.test(attribute))
    throw new TypeError(`A template takes no value in ${attribute}.`);
  if (!URL_ATTRIBUTES.includes(attribute)) return 'attribute';
  if (!isWhole) throw new TypeError(`A template takes ${attribute} as one whole value.`);
  return 'url';
}
