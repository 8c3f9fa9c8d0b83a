import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCredentials } from '#shared/http/caller/credentials.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { anyText, plainText } from '#test/support/forge/arbitrary-text.ts';
import { incoming } from '#test/support/ports/incoming.ts';

const RUNS = { numRuns: 2_000 };

/** Text whose form-encoded and raw readings in HTTP Basic differ. */
const awkwardText = fc.oneof(
  plainText,
  fc.constantFrom('!foo%20bar', 'foo — bar! +<&>*', '%', '+', ' ', 'é', 'a:b', '%3A', '%%41', '100%', '\u{1F600}'),
);

const identifier = awkwardText.filter((text) => !text.includes(':'));

describe('HTTP Basic', () => {
  test('B1: decodes form-encoded parts, even with colons', () => {
    fc.assert(
      fc.property(awkwardText, awkwardText, (clientId, secret) => {
        const [first] = readBasic(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`);
        expect(first).toEqual({ clientId, secret });
      }),
      RUNS,
    );
  });

  test('A12: decodes parts that are encoded as form fields, with + for a space and %2B for a plus', () => {
    const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
    fc.assert(
      fc.property(awkwardText, awkwardText, (clientId, secret) => {
        const [first] = readBasic(`${encode(clientId)}:${encode(secret)}`);
        expect(first).toEqual({ clientId, secret });
      }),
      RUNS,
    );
  });

  test('B2: has the raw parts as its last reading', () => {
    fc.assert(
      fc.property(identifier, awkwardText, (clientId, secret) => {
        expect(readBasic(`${clientId}:${secret}`).at(-1)).toEqual({ clientId, secret });
      }),
      RUNS,
    );
  });

  test.each([
    ['the same in both readings', 'id:secret', [of('id', 'secret')]],
    ['an encoded colon in the id', 'a%3Ab:c', [of('a:b', 'c'), of('a%3Ab', 'c')]],
    ['a raw colon in the secret', 'a:b:c', [of('a', 'b:c')]],
    ['a plus', 'a:b+c', [of('a', 'b c'), of('a', 'b+c')]],
    ['a malformed escape', 'a:100%', [of('a', '100%')]],
    ['a malformed escape beside a good one', 'a%20b:100%', [of('a%20b', '100%')]],
    ['an empty secret', 'a:', [of('a', '')]],
    ['an empty id', ':b', [of('', 'b')]],
  ])('B3: reads %s decoded first, and then raw if that differs', (_what, text, readings) => {
    expect(readBasic(text)).toEqual(readings);
  });

  test.each(['S%00S', 'S%0AS', 'S%7FS'])(
    'Sound 22: has no reading with a control character that %s escapes',
    (secret) => {
      expect(readBasic(`id:${secret}`)).toEqual([of('id', secret)]);
    },
  );

  test.each(['Basic', 'basic', 'bAsIc', 'BASIC'])('B4: accepts the scheme %s', (scheme) => {
    const [credentials] = read({ headers: { authorization: `${scheme} ${base64('id:secret')}` } });
    expect(credentials).toEqual({ clientId: 'id', secret: 'secret' });
  });

  test.each([
    ['no credentials', 'Basic'],
    ['blanks', 'Basic  '],
    ['another scheme', `Digest ${base64('id:secret')}`],
    ['no scheme', base64('id:secret')],
    ['three parts', `Basic ${base64('id:secret')} extra`],
    ['two values joined', `Basic ${base64('id:secret')},Basic ${base64('id:secret')}`],
    ['a character that base64 does not have', 'Basic aWQ6c2Vj!mV0'],
    ['no colon', `Basic ${base64('id')}`],
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0x69, 0x3a, 0xff]).toString('base64')}`],
    ['NUL', `Basic ${base64('id:se\0cret')}`],
    ['a line feed', `Basic ${base64('id:secret\n')}`],
  ])('B4: refuses %s', (_what, authorization) => {
    expect(verdict(() => read({ headers: { authorization } }))).toBe('invalid_client');
  });

  test('B4: reads any header, or refuses it with invalid_client', () => {
    const header = fc.oneof(
      anyText,
      anyText.map((text) => `Basic ${text}`),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => `Basic ${Buffer.from(bytes).toString('base64')}`),
    );
    fc.assert(
      fc.property(header, (authorization) => {
        expect(['accepted', 'invalid_client']).toContain(verdict(() => read({ headers: { authorization } })));
      }),
      RUNS,
    );
  });
});

describe('credentials in the body', () => {
  test('are read without decoding', () => {
    fc.assert(
      fc.property(awkwardText, awkwardText, (clientId, secret) => {
        const members = { client_id: clientId, client_secret: secret };
        expect(read({ members })).toEqual([{ clientId, secret }]);
      }),
      RUNS,
    );
  });

  test.each([
    ['no credentials', {}],
    ['only ids', { client_id: 'id' }],
    ['only secrets', { client_secret: 'secret' }],
    ['ids that are no texts', { client_id: 1, client_secret: 'secret' }],
    ['lists', { client_id: ['id'], client_secret: ['secret'] }],
  ])('B10: are refused if there are %s', (_what, members) => {
    expect(verdict(() => read({ members }))).toBe('invalid_client');
  });

  test('A6: are ignored in the query', () => {
    expect(verdict(() => read({ query: { client_id: 'id', client_secret: 'secret' } }))).toBe('invalid_client');
  });
});

describe('HTTP Basic beside credentials in the body', () => {
  const authorization = `Basic ${base64('id:secret')}`;

  test('B8: is accepted with the same id', () => {
    const credentials = read({ headers: { authorization }, members: { client_id: 'id' } });
    expect(credentials).toEqual([{ clientId: 'id', secret: 'secret' }]);
  });

  test('B8: is accepted with the id in either reading', () => {
    const headers = { authorization: `Basic ${base64('a%20b:c')}` };
    const sent = ['a b', 'a%20b'].map((id) => verdict(() => read({ headers, members: { client_id: id } })));
    expect(sent).toEqual(['accepted', 'accepted']);
  });

  test.each([
    ['B7', 'HTTP Basic beside a secret', { client_secret: 'secret' }],
    ['B7', 'HTTP Basic beside the same credentials', { client_id: 'id', client_secret: 'secret' }],
    ['B7', 'HTTP Basic beside an assertion', { client_assertion: 'a.b.c' }],
    ['B9', 'HTTP Basic beside another id', { client_id: 'other' }],
    ['B9', 'HTTP Basic beside the same id in other case', { client_id: 'ID' }],
  ])('%s: refuses %s', (_row, _what, members) => {
    expect(verdict(() => read({ headers: { authorization }, members }))).toBe('invalid_request');
  });

  test('B7: refuses a secret beside an assertion, both in the body', () => {
    const members = { client_id: 'id', client_secret: 'secret', client_assertion: 'a.b.c' };
    expect(verdict(() => read({ members }))).toBe('invalid_request');
  });
});

function read(request: Parameters<typeof incoming>[0]) {
  return readCredentials(incoming(request));
}

function readBasic(text: string) {
  return read({ headers: { authorization: `Basic ${base64(text)}` } });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function of(clientId: string, secret: string) {
  return { clientId, secret };
}
