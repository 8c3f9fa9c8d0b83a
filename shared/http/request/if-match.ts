import { DomainError } from '#shared/domain/errors.ts';

const TAGS_MAX = 10;

/** A list of entity tags, weak or strong (RFC 9110 §8.8.3, §13.1.1). */
const TAG_LIST = /^(?:W\/)?"[^"]*"(?:[ \t]*,[ \t]*(?:W\/)?"[^"]*")*$/;

const TAG = /(?:W\/)?"[^"]*"/g;

/** A strong tag as answers of Mintmark have it. */
const VERSION_TAG = /^"(?<version>[1-9][0-9]{0,15})"$/;

/** A version that no record has. */
const NO_VERSION = 0;

/**
 * Reads the versions that a request is meant for (RFC 9110 §13.1.1). Tags are compared strongly, so a weak tag matches
 * no version; neither does a tag that Mintmark did not make.
 * @returns undefined for any version: without the header, or for `*`
 * @throws DomainError `invalid_request` for a header that is no list of tags, or of more than ten
 */
export function readIfMatch(header: string | undefined): readonly number[] | undefined {
  const text = header?.trim();
  if (text === undefined || text === '*') return undefined;
  const tags = TAG_LIST.test(text) ? (text.match(TAG) ?? []) : [];
  if (tags.length === 0 || tags.length > TAGS_MAX) {
    throw new DomainError('invalid_request', `If-Match takes * or 1 to ${TAGS_MAX} ETags, each in double quotes.`);
  }
  const versions = tags.flatMap((tag) => VERSION_TAG.exec(tag)?.groups?.version ?? []).map(Number);
  return versions.length === 0 ? [NO_VERSION] : versions;
}
