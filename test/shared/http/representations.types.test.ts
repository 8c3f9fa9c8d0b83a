import { test } from 'vitest';
import type { StoredSecret } from '#shared/domain/records/client.ts';
import { nothingLeft } from '#shared/http/reply/representations.ts';

/** Promises of the compiler, which `npm run check:types` keeps. */

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
