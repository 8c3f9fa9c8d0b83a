import { test } from 'vitest';
import type { StoredSecret } from '#shared/domain/records/client.ts';
import { nothingLeft } from '#shared/http/reply/representations.ts';

/** Promises that the compiler keeps, in `npm run check:types`. */

declare const secret: StoredSecret;

test('a member of a record that is neither shown nor named as hidden is an error', () => {
  void (() => {
    const { selector, title, lastFour, imported, createdBy, createdAtSeconds, ...others } = secret;
    void [selector, title, lastFour, imported, createdBy, createdAtSeconds];
    // @ts-expect-error: `hash` and `expiresAtSeconds` are left
    nothingLeft(others);
    const { hash, ...optional } = others;
    // @ts-expect-error: `expiresAtSeconds` is left, although it is optional
    nothingLeft(optional);
    const { expiresAtSeconds, ...nothing } = optional;
    nothingLeft(nothing);
    void [hash, expiresAtSeconds];
  });
});
