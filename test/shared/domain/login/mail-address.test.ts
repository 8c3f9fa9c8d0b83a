import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMailAddress } from '#shared/domain/login/mail-address.ts';

describe('an address that a mail can be sent to', () => {
  test.each([
    'ada@example.com',
    'ADA@Example.COM',
    'ada.lovelace+login@mail.example.co.uk',
    "o'brien_1@xn--bcher-kva.example",
    `${'a'.repeat(64)}@example.com`,
  ])('is %s', (text) => {
    expect(isMailAddress(text)).toBe(true);
  });

  test.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@localhost',
    'ada@example..com',
    '.ada@example.com',
    'ada.@example.com',
    'ada@-example.com',
    'ada@example.com.',
    'a@b@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${`${'b'.repeat(60)}.`.repeat(5)}com`,
  ])('is not %s', (text) => {
    expect(isMailAddress(text)).toBe(false);
  });

  test.each([
    'ada@example.com,eve@evil.example',
    'ada,eve@evil.example',
    'ada;eve@evil.example',
    'ada@example.com\nBcc: eve@evil.example',
    'ada@example.com\r\nBcc:eve@evil.example',
    'ada\0@example.com',
    'Ada <ada@example.com>',
    '"ada eve"@example.com',
    'ada(eve)@example.com',
    'ada@example.com\u2028',
    'ädä@example.com',
    'ada@[127.0.0.1]',
  ])('S10: adds no recipient and no line of a header: %j', (text) => {
    expect(isMailAddress(text)).toBe(false);
  });

  test('S10: is printable ASCII with one @ and without separators of lists, for any text', () => {
    const texts = fc.oneof(
      fc.emailAddress(),
      fc.string().map((text) => `a@${text}.com`),
      fc.string().map((text) => `${text}@b.com`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (isMailAddress(text)) expect(text).toMatch(/^[!-~]+$/);
        if (isMailAddress(text)) expect(text).toMatch(/^[^@,;:<>()"\\[\]]+@[a-z0-9.-]+$/i);
      }),
    );
  });
});
