import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Body, BodyEncoding } from '#shared/api/table.ts';
import { decodeBody } from '#shared/http/request/body.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { anyText, plainText } from '#test/support/forge/arbitrary-text.ts';
import { incoming } from '#test/support/ports/incoming.ts';

const RUNS = { numRuns: 2_000 };

const FORM = 'application/x-www-form-urlencoded';

const JSON_TYPE = 'application/json';

describe('the content type', () => {
  test.each([
    [FORM, 'form', 'a=b'],
    [FORM, 'form-or-flat-json', 'a=b'],
    [JSON_TYPE, 'form-or-flat-json', '{"a":"b"}'],
    [JSON_TYPE, 'json', '{"a":"b"}'],
    ['Application/JSON ; charset=utf-8', 'json', '{"a":"b"}'],
    [`${FORM};charset=UTF-8`, 'form', 'a=b'],
  ] as const)('A2: accepts %s if the table says %s', (contentType, encoding, rawBody) => {
    expect(decode({ contentType, encoding, rawBody })).toEqual({ a: 'b' });
  });

  test.each([
    [JSON_TYPE, 'form', '{"a":"b"}'],
    [FORM, 'json', 'a=b'],
    ['multipart/form-data; boundary=x', 'form-or-flat-json', 'a=b'],
    ['text/plain', 'form-or-flat-json', 'a=b'],
    ['application/json-patch+json', 'json', '{"a":"b"}'],
    [`${FORM}, ${JSON_TYPE}`, 'form-or-flat-json', 'a=b'],
    ['', 'form', 'a=b'],
    [undefined, 'form', 'a=b'],
    [undefined, 'json', '{"a":"b"}'],
  ] as const)('A2: refuses %s if the table says %s', (contentType, encoding, rawBody) => {
    expect(verdict(() => decode({ contentType, encoding, rawBody }))).toBe('invalid_request');
  });
});

describe('flat JSON', () => {
  test('DEC16: decodes to the same members as a form', () => {
    // JSON with this name is always refused (A17); in a form it is an unknown parameter like others.
    const name = plainText.filter((text) => text !== '__proto__');
    const members = fc.dictionary(name, fc.oneof(plainText, fc.constant('')), { maxKeys: 8, noNullPrototype: true });
    fc.assert(
      fc.property(members, (written) => {
        const form = { contentType: FORM, rawBody: new URLSearchParams(written).toString() };
        const json = { contentType: JSON_TYPE, rawBody: JSON.stringify(written) };
        const [fromForm, fromJson] = [form, json].map((body) => decode({ ...body, encoding: 'form-or-flat-json' }));
        expect(fromJson).toEqual(fromForm);
      }),
      RUNS,
    );
  });

  test('turns a repeatable parameter into a list', () => {
    const body = {
      contentType: JSON_TYPE,
      encoding: 'form-or-flat-json',
      rawBody: '{"audience":"x","a":"y"}',
    } as const;
    expect(decode({ ...body, repeatable: ['audience'] })).toEqual({ audience: ['x'], a: 'y' });
  });

  test.each([
    ['a list', '{"a":["b"]}'],
    ['an object', '{"a":{"b":"c"}}'],
    ['a number', '{"a":1}'],
    ['null', '{"a":null}'],
    ['a boolean', '{"a":true}'],
    ['a member twice', '{"a":"b","a":"b"}'],
    ['a line feed', '{"a":"x\\ny"}'],
    ['a control character in a name', '{"a\\u0007":"b"}'],
    ['a value of 8 KiB', JSON.stringify({ a: 'x'.repeat(8_192) })],
  ])('A17: refuses %s', (_what, rawBody) => {
    expect(verdict(() => decode({ contentType: JSON_TYPE, encoding: 'form-or-flat-json', rawBody }))).toBe(
      'invalid_request',
    );
  });
});

describe('base64', () => {
  test('A16: any bytes in base64 decode as the same bytes without base64', () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc.dictionary(plainText, plainText).map((written) => Buffer.from(new URLSearchParams(written).toString())),
      fc.json().map((text) => Buffer.from(text)),
    );
    const types = fc.constantFrom([FORM, 'form'] as const, [JSON_TYPE, 'json'] as const);
    fc.assert(
      fc.property(bodies, types, (bytes, [contentType, encoding]) => {
        const asBase64 = { contentType, encoding, rawBody: bytes.toString('base64'), isBase64Encoded: true };
        const asText = { contentType, encoding, rawBody: bytes.toString() };
        const expected = isUtf8(bytes) ? verdict(() => decode(asText)) : 'invalid_request';
        expect(verdict(() => decode(asBase64))).toBe(expected);
        if (expected === 'accepted') expect(decode(asBase64)).toEqual(decode(asText));
      }),
      RUNS,
    );
  });

  test('A11: text that is not base64 is read or refused with invalid_request', () => {
    fc.assert(
      fc.property(anyText, (rawBody) => {
        const answer = verdict(() =>
          decode({ contentType: JSON_TYPE, encoding: 'json', rawBody, isBase64Encoded: true }),
        );
        expect(['accepted', 'invalid_request']).toContain(answer);
      }),
      RUNS,
    );
  });
});

describe('the size', () => {
  const withBytes = (count: number) => `{"a":"${'x'.repeat(count - 8)}"}`;

  test.each([
    ['64 KiB', withBytes(65_536), 'accepted'],
    ['one byte more', withBytes(65_537), 'payload_too_large'],
    ['64 KiB of two-byte characters', `{"a":"${'é'.repeat(32_764)}"}`, 'accepted'],
    ['as many characters, but more bytes', `{"a":"${'é'.repeat(32_765)}"}`, 'payload_too_large'],
    ['10 MB', withBytes(10_000_000), 'payload_too_large'],
  ] as const)('A13: %s', (_size, text, expected) => {
    const plain = { contentType: JSON_TYPE, encoding: 'json', rawBody: text } as const;
    expect(verdict(() => decode(plain))).toBe(expected);
    const inBase64 = { ...plain, rawBody: Buffer.from(text).toString('base64'), isBase64Encoded: true };
    expect(verdict(() => decode(inBase64))).toBe(expected);
  });
});

interface Sent {
  readonly contentType: string | undefined;
  readonly encoding: BodyEncoding;
  readonly rawBody: string;
  readonly isBase64Encoded?: boolean;
  readonly repeatable?: Body['repeatable'];
}

function decode({ contentType, encoding, rawBody, isBase64Encoded = false, repeatable = [] }: Sent) {
  const headers = { 'content-type': contentType };
  const body: Body = { encoding, repeatable, schema: z.unknown(), example: {} };
  return decodeBody(incoming({ headers, rawBody, isBase64Encoded }), body);
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes);
}
