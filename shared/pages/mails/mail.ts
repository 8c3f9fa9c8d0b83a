import { type PlaceOf, withoutDirections } from '../say.ts';
import { isWebUrl } from '../urls.ts';

/** A mail without its addresses. It is plain text: nothing in it can load, hide or run. */
export interface Mail {
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

/** More of a name is left out, so that nobody writes a letter of their own in it. */
const NAME_CHARACTERS_MAX = 80;

/** The longest e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets). */
const ADDRESS_CHARACTERS_MAX = 254;

/** A text that is safe in a mail. Only this file makes one, from a name, an address, a code, a link or a number. */
export type Safe = string & { readonly __safe: true };

/** Fills the places of a text. */
export function fill<Text extends string>(text: Text, values: Readonly<Record<PlaceOf<Text>, Safe>>): string {
  const known: Readonly<Record<string, string>> = values;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => known[name] ?? place);
}

/**
 * A name that somebody chose, in one line. A dot or a colon in the middle of a word gets an invisible space after it,
 * because mail programs make links of texts that look like addresses.
 */
export function named(name: string): Safe {
  return oneLine(name, NAME_CHARACTERS_MAX).replace(/(?<=\S)(?:\.|:(?=\/))(?=\S)/g, '$&\u200b') as Safe;
}

/** An e-mail address, or a network address. */
export function address(text: string): Safe {
  return oneLine(text, ADDRESS_CHARACTERS_MAX) as Safe;
}

/** A code in groups of four characters, which are easier to copy by eye. */
export function spaced(code: string): Safe {
  return (oneLine(code, NAME_CHARACTERS_MAX).match(/.{1,4}/g) ?? []).join(' ') as Safe;
}

/**
 * A link to a page of ours.
 * @throws TypeError for an address that is not `https:` or `http:`
 */
export function link(url: string): Safe {
  if (!isWebUrl(url)) throw new TypeError('A mail links to http and https only.');
  return url as Safe;
}

/** A text of ours: a number, or a moment. */
export function ours(text: string | number): Safe {
  return `${text}` as Safe;
}

function oneLine(text: string, charactersMax: number): string {
  const line = withoutDirections(text.toWellFormed())
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const characters = [...line];
  return characters.length > charactersMax ? `${characters.slice(0, charactersMax - 1).join('')}…` : line;
}
