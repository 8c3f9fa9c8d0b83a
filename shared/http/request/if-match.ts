import { DomainError } from '#shared/domain/errors.ts';

const VERSION_TAG = /^"(?<version>[1-9][0-9]{0,15})"$/;

/**
 * The version that a request is meant for (RFC 9110 §13.1.1); undefined where any will do.
 * @throws DomainError `invalid_request` for tags that no answer of ours carried
 */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = VERSION_TAG.exec(header.trim())?.groups?.version;
  if (version === undefined) throw new DomainError('invalid_request', 'If-Match takes one ETag of an earlier answer.');
  return Number(version);
}
