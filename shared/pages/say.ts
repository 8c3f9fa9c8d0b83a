import { type Content, type Html, html } from './html.ts';

/** The places of a text that take a value, such as `application` in "Log in to {application}". */
export type PlaceOf<Text extends string> = Text extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlaceOf<Rest>
  : never;

/** Fills the places of a text. A text without places needs no values. */
export function say<Text extends string>(text: Text, values: Readonly<Record<PlaceOf<Text>, Content>>): Html {
  const known: Readonly<Record<string, Content>> = values;
  // A split by a group gives text and places by turns.
  const parts = text.split(/\{(\w+)\}/);
  return html`${parts.map((part, index) => (index % 2 === 0 ? part : known[part]))}`;
}

/**
 * A name that somebody chose. It stands apart from the direction of the text around it, and characters that would turn the
 * direction of text (Unicode's UAX #9, explicit formatting) become visible.
 */
export function nameOf(name: string): Html {
  return html`<bdi>${withoutDirections(name)}</bdi>`;
}

/** Replaces the characters that turn the direction of the text after them. */
export function withoutDirections(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
