import { Buffer } from 'node:buffer';
import type { Body, BodyEncoding } from '#shared/api/table.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { decodeUtf8 } from '#shared/text/utf8.ts';
import { assertAcceptable, decodeForm, membersOf } from './form.ts';
import type { Incoming } from './incoming.ts';
import { readJsonObject } from './json.ts';

const BODY_BYTES_MAX = 65_536;

const FORM = 'application/x-www-form-urlencoded';

const JSON_OBJECT = 'application/json';

/** The media types of each encoding. Error messages recommend the first. */
const MEDIA_TYPES: Readonly<Record<BodyEncoding, readonly string[]>> = {
  json: [JSON_OBJECT],
  'merge-patch': ['application/merge-patch+json', JSON_OBJECT],
  form: [FORM],
  'form-or-flat-json': [FORM, JSON_OBJECT],
};

type Members = Readonly<Record<string, unknown>>;

/**
 * Decodes the body of a request into its members, with the encoding that the API table names. `checkInput` checks their
 * values when the caller is known.
 * @throws DomainError `payload_too_large`, or `invalid_request` for another content type or a malformed body
 */
export function decodeBody(incoming: Incoming, body: Body): Members {
  const text = readText(incoming);
  const mediaType = mediaTypeOf(incoming, body.encoding);
  if (mediaType === FORM) return decodeForm(text, body.repeatable ?? []);
  return body.encoding === 'form-or-flat-json' ? decodeFlatJson(text, body) : readJsonObject(text);
}

/**
 * Reads a form as it was sent.
 * @throws DomainError `payload_too_large`, or `invalid_request` for another content type
 */
export function readForm(incoming: Incoming): string {
  mediaTypeOf(incoming, 'form');
  return readText(incoming);
}

/** The media type of a body. @throws DomainError `invalid_request` if it is none of this encoding */
function mediaTypeOf({ headers }: Incoming, encoding: BodyEncoding): string {
  const mediaType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (MEDIA_TYPES[encoding].includes(mediaType)) return mediaType;
  throw new DomainError('invalid_request', `Send the body as ${MEDIA_TYPES[encoding][0]}.`);
}

/** Whether a request has a body. `{}` does not count, because some clients send it where no body is needed. */
export function hasBody({ rawBody, isBase64Encoded }: Incoming): boolean {
  const text = isBase64Encoded ? Buffer.from(rawBody, 'base64').toString() : rawBody;
  return !['', '{}'].includes(text.trim());
}

function readText({ rawBody, isBase64Encoded }: Incoming): string {
  if (Buffer.byteLength(rawBody, isBase64Encoded ? 'base64' : 'utf8') > BODY_BYTES_MAX) throw tooLarge();
  if (!isBase64Encoded) return rawBody;
  const text = decodeUtf8(Buffer.from(rawBody, 'base64'));
  if (text === undefined) throw new DomainError('invalid_request', 'The body must be UTF-8.');
  return text;
}

/** Decodes a JSON object of strings, which clients of other products send in the place of a form (DEC16). */
function decodeFlatJson(text: string, { repeatable = [] }: Body): Members {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(readJsonObject(text))) {
    if (typeof value !== 'string') {
      throw new DomainError('invalid_request', 'Each member of the JSON body must be a string.');
    }
    assertAcceptable(name, value);
    values.set(name, [value]);
  }
  return membersOf(values, repeatable);
}

function tooLarge(): DomainError {
  return new DomainError('payload_too_large', `The body may have at most ${BODY_BYTES_MAX} bytes.`);
}
