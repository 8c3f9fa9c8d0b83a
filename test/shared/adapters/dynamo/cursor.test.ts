import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCursor, writeCursor } from '#shared/adapters/dynamo/cursor.ts';
import { orderOf } from '#shared/adapters/dynamo/directory/directory-keys.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { anyText } from '#test/support/forge/arbitrary-text.ts';

const RUNS = { numRuns: 3_000 };

const YEAR_10000_SECONDS = 253_402_300_800;

/** Keys of items in lists: an id, or two ids with a slash between them. */
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

const key = fc.oneof(
  id,
  fc.tuple(id, id).map((ids) => ids.join('/')),
);

const place = fc.tuple(fc.integer({ min: 0, max: YEAR_10000_SECONDS - 1 }), key);

test('reads the place and the key that it wrote', () => {
  fc.assert(
    fc.property(place, ([createdAtSeconds, placeKey]) => {
      const order = orderOf(createdAtSeconds, placeKey);
      expect(readCursor(writeCursor(order))).toEqual({ order, key: placeKey });
    }),
    RUNS,
  );
});

test('writes cursors that a URL query holds without escapes', () => {
  fc.assert(
    fc.property(place, ([createdAtSeconds, placeKey]) => {
      const cursor = writeCursor(orderOf(createdAtSeconds, placeKey));
      expect(encodeURIComponent(cursor)).toBe(cursor);
    }),
    RUNS,
  );
});

test('T2: refuses with invalid_request any text that is not a place', () => {
  const inBase64 = anyText.map((text) => Buffer.from(text).toString('base64url'));
  const bytes = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(anyText, inBase64, bytes), (cursor) => {
      expect(verdict(() => readCursor(cursor))).toBe('invalid_request');
    }),
    RUNS,
  );
});

test('T2: refuses a changed cursor, or reads another place of the same form', () => {
  fc.assert(
    fc.property(
      place,
      fc.nat(),
      fc.constantFrom(...'AZaz09-_', '+', '/', '=', '.'),
      ([seconds, placeKey], at, symbol) => {
        const cursor = writeCursor(orderOf(seconds, placeKey));
        const index = at % cursor.length;
        const changed = cursor.slice(0, index) + symbol + cursor.slice(index + 1);
        if (verdict(() => readCursor(changed)) === 'invalid_request') return;
        const { order, key: changedKey } = readCursor(changed);
        expect(order).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z#[\x21-\x7E]+$/);
        expect(order.endsWith(`#${changedKey}`)).toBe(true);
      },
    ),
    RUNS,
  );
});

test.each([
  ['an empty text', ''],
  ['only a time', '2027-01-15T08:00:00.000Z'],
  ['a time without key', '2027-01-15T08:00:00.000Z#'],
  ['only a key', '#cli_1'],
  ['fractions of a second', '2027-01-15T08:00:00.123Z#cli_1'],
  ['a space in the key', '2027-01-15T08:00:00.000Z#cli 1'],
  ['a control character in the key', '2027-01-15T08:00:00.000Z#cli\u00001'],
  ['a line feed at the end', '2027-01-15T08:00:00.000Z#cli_1\n'],
  ['letters beyond ASCII', '2027-01-15T08:00:00.000Z#clé'],
  ['a letter before the time', 'x2027-01-15T08:00:00.000Z#cli_1'],
])('refuses a cursor of %s', (_what, order) => {
  expect(verdict(() => readCursor(writeCursor(order)))).toBe('invalid_request');
});
