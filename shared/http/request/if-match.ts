import { DomainError } from '#shared/domain/errors.ts';

const VERSION_TAG = /^"(?<version>[1-9][0-9]{0,15})"$/;

/**
 * Reads the version that a request is meant for (RFC 9110 §13.1.1).
 * @returns undefined for any version: without the header, or for `*`
 * @throws DomainError `invalid_request` for a tag that no answer of Mintmark has
 */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = VERSION_TAG.exec(header.trim())?.groups?.version;
  if (version === undefined) throw new DomainError('invalid_request', 'If-Match takes one ETag of an earlier answer.');
  return Number(version);
}
