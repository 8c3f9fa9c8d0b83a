import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { RawRequest } from '../ask/raw-http.ts';

/** Stands in every generated part of a request, so that an echo of any of them can be found. */
export const CANARY = 'canary7f3a';

/** A request without its target. */
export type Sent = Required<Pick<RawRequest, 'headers' | 'body'>> & { readonly query: string };

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((graphemes) => graphemes + CANARY);

/** Bytes that HTTP/1.1 takes in a header value: visible ASCII, space, tab and everything above ASCII. */
const headerByte = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }), fc.constant(9));
const headerValue = fc.array(headerByte, { maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes) + CANARY);
const headerName = fc.constantFrom('user-agent', 'accept', 'cookie', 'x-forwarded-for', 'x-request-id', 'origin');
const headers = fc.dictionary(headerName, headerValue).map((fields) => Object.entries(fields));

const queryName = fc.oneof(text, fc.constantFrom('scope', 'client_id', 'limit', 'cursor'));
const query = fc
  .dictionary(queryName, text, { maxKeys: 3 })
  .map((parameters) => new URLSearchParams(parameters).toString());

/** Any bytes under any content type. */
export const anyBytes: fc.Arbitrary<Sent> = fc
  .record({
    headers,
    query,
    bytes: fc.uint8Array({ maxLength: 120 }),
    type: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', CANARY),
  })
  .map(({ bytes, type, ...request }) => ({
    ...typed(type, request),
    body: Buffer.concat([Buffer.from(CANARY), bytes]),
  }));

/** A form like the example, with random values in some parameters. */
export function anyForm(names: readonly string[], example: object): fc.Arbitrary<Sent> {
  const parameters = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.constantFrom('', ' ', 'a b')));
  return fc.record({ headers, query, changes: parameters }).map(({ changes, ...request }) => ({
    ...typed('application/x-www-form-urlencoded', request),
    body: new URLSearchParams({ ...example, ...changes }).toString(),
  }));
}

/** A JSON object like the example, with random values in some members. */
export function anyJson(names: readonly string[], example: object): fc.Arbitrary<Sent> {
  const value = fc.oneof(text, fc.double(), fc.array(text), fc.dictionary(text, fc.jsonValue()), fc.jsonValue());
  const members = fc.dictionary(fc.constantFrom(...names), value);
  return fc.record({ headers, query, changes: members }).map(({ changes, ...request }) => ({
    ...typed('application/json', request),
    body: JSON.stringify({ ...example, ...changes }),
  }));
}

/** A path with random text in the place of its parameters. */
export function anyPath(template: string): fc.Arbitrary<string> {
  const segment = text.map((value) => encodeURIComponent(value.replaceAll(/[/.]/g, '')));
  return fc.array(segment, { minLength: 2, maxLength: 3 }).map((values) => fill(template, values));
}

function fill(template: string, values: readonly string[]): string {
  let used = 0;
  return template.replaceAll(/\{\w+\}/g, () => values[used++ % values.length] ?? '');
}

function typed(type: string, request: Pick<Sent, 'headers' | 'query'>) {
  return { ...request, headers: [['content-type', type] as const, ...request.headers] };
}
