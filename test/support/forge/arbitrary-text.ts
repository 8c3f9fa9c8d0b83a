import fc from 'fast-check';

/** Any sequence of UTF-16 code units, also controls and lone surrogates. */
export const anyText = fc.array(fc.nat(0xff_ff), { maxLength: 40 }).map((units) => String.fromCharCode(...units));

/** Visible ASCII, space and letters of every width: what people type. */
export const plainText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });

/** Text made of the given pieces, so that a reader's special characters really come together. */
export function textOf(...pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => parts.join(''));
}
