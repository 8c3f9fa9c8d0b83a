import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { x509Certificates } from '#shared/adapters/node/client-certificates.ts';
import { isDistinguishedName, isSameName } from '#shared/domain/registration/distinguished-name.ts';
import { selfSigned } from '#test/support/clients/certificates.ts';

describe('two names are the same', () => {
  test.each([
    ['CN=export,O=Acme', 'cn=export,o=Acme', 'in any case of types'],
    ['CN=Export,O=ACME', 'CN=export,O=acme', 'in any case of values'],
    ['CN=nightly  export,O=Acme', 'CN = nightly export , O = Acme', 'with any number of spaces'],
    ['CN=export,O=Acme', '2.5.4.3=export,2.5.4.10=Acme', 'by name or OID of a type'],
    ['UID=1,E=a@example.com', 'userId=1,emailAddress=a@example.com', 'by either name of a type'],
    ['CN=export,O=Acme\\, Inc.', 'CN=export,O=Acme\\2C Inc.', 'by either escape of a comma'],
    ['CN=M\\C3\\BCller', 'CN=Müller', 'by its bytes or its characters'],
    ['CN=Mu\u0308ller', 'CN=Müller', 'composed or not'],
    ['CN=a+UID=1,O=Acme', 'UID=1+CN=a,O=Acme', 'in either order within a group'],
    ['CN=a\\=b', 'CN=a=b', 'with a character that may be escaped'],
    ['CN=\\#1', 'CN=\\231', 'with a first character that must be escaped'],
    ['CN=\\ a\\ ,O=Acme', 'CN=a,O=Acme', 'with or without spaces around a value'],
  ])('%s and %s: %s', (one, other) => {
    expect([isSameName(one, other), isSameName(other, one)]).toEqual([true, true]);
  });
});

describe('two names differ', () => {
  test.each([
    ['CN=export,O=Acme', 'O=Acme,CN=export', 'in their order'],
    ['CN=export,O=Acme', 'CN=export', 'if only one has an attribute'],
    ['CN=export', 'CN=export,CN=export', 'if one has an attribute twice'],
    ['CN=a,O=Acme', 'CN=a+O=Acme', 'in their groups'],
    ['CN=a\\,O=Acme', 'CN=a,O=Acme', 'by an escaped comma'],
    ['CN=a\\+UID=1', 'CN=a+UID=1', 'by an escaped plus'],
    ['CN=a\\\\,O=Acme', 'CN=a\\,O=Acme', 'by an escaped backslash'],
    ['CN=export', 'OU=export', 'in a type'],
    ['CN=export', 'CN=exp ort', 'by a space within'],
    ['CN=export', 'CN=export2', 'in a value'],
    ['CN=straße', 'CN=strasse', 'by letters that some programs treat as equal'],
    ['CN=*', 'CN=export', 'because * is not a wildcard'],
  ])('%s and %s: %s', (one, other) => {
    expect([isSameName(one, other), isSameName(other, one)]).toEqual([false, false]);
  });
});

describe('an invalid name, which equals no name, is', () => {
  test.each([
    '',
    ' ',
    'export',
    '=export',
    'CN=',
    'CN=,O=Acme',
    'CN=export,',
    ',CN=export',
    'CN=export,,O=Acme',
    'CN=a+',
    'X=export',
    'CN=export\\',
    'CN=\\zz',
    'CN=\\C3',
    'CN=#0403616263',
    'CN="Acme, Inc."',
    'CN=a;O=Acme',
    'CN=<a>',
    'CN=a\0',
    '/C=DE/CN=export',
    '02.5.4.3=a',
    'constructor=a',
    '__proto__=a',
  ])('%j', (text) => {
    expect([isDistinguishedName(text), isSameName(text, text)]).toEqual([false, false]);
  });
});

describe('Sound 14: a long name', () => {
  const named = (characters: number) => `CN=${'a'.repeat(characters - 3)}`;

  test.each([
    ['of 10,240 characters is read', named(10_240), true],
    ['of more characters equals no name', named(10_241), false],
    ['of 4,000 attributes equals no name', Array(4_000).fill('CN=a').join(','), false],
    ['of a million attributes equals no name', Array(1_000_000).fill('CN=a').join('+'), false],
  ])('%s', (_what, text, isRead) => {
    expect([isDistinguishedName(text), isSameName(text, text)]).toEqual([isRead, isRead]);
  });

  test('of 1,024 characters equals the subject of a certificate, in which each of them is nine characters long', () => {
    const [registered, subject] = ['€'.repeat(1_021), '\\E2\\82\\AC'.repeat(1_021)];
    expect(isSameName(`CN=${registered}`, `CN=${subject}`)).toBe(true);
  });
});

describe('the subject of a certificate', () => {
  const subjectOf = async (subject: Parameters<typeof selfSigned>[0]) => {
    const { cert } = await selfSigned(subject);
    return x509Certificates().read(cert)?.subjectDn ?? '';
  };

  test('is read with its last attribute first, as RFC 4514 writes it', async () => {
    const subject = [{ C: ['DE'] }, { O: ['Acme, Inc.'] }, { CN: ['export'], '0.9.2342.19200300.100.1.1': ['1'] }];
    expect(isSameName(await subjectOf({ subject }), 'CN=export+UID=1,O=Acme\\, Inc.,C=DE')).toBe(true);
  });

  test('keeps a value with separators and escapes as one value', async () => {
    const forged = 'export\nO=Evil,C=XX+UID=1 \\ "';
    const subject = [{ O: ['Acme'] }, { CN: [{ utf8String: forged }] }];
    const dn = await subjectOf({ subject: subject as never });
    expect(isDistinguishedName(dn)).toBe(true);
    expect(isSameName(dn, 'UID=1 ,C=XX,O=Evil,CN=export,O=Acme')).toBe(false);
    expect(isSameName(dn, 'CN=export\\0AO\\=Evil\\,C\\=XX\\+UID\\=1 \\\\ \\",O=Acme')).toBe(true);
  });

  test('equals only itself, for any values', () => {
    const value = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((text) => text.trim() !== '');
    const escaped = (text: string) =>
      [...text].map((c) => `\\${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
    fc.assert(
      fc.property(value, value, (one, other) => {
        const spelled = (text: string) => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
        const names = [one, other].map((text) => `CN=${escaped(text)},O=Acme`);
        expect(isSameName(names[0] ?? '', names[1] ?? '')).toBe(spelled(one) === spelled(other));
      }),
    );
  });
});
