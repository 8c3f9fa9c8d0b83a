import { DomainError } from './errors.ts';
import { type JsonObject, mergePatch } from './json.ts';

/** Access tokens carry metadata, and an access token must fit into an HTTP header. */
const METADATA_BYTES_MAX = 4_096;

/**
 * Accepts metadata of at most 4,096 bytes of JSON and returns it.
 * @throws DomainError `invalid_request` if it is larger
 */
export function acceptedMetadata(metadata: JsonObject | undefined): JsonObject | undefined {
  const bytes = metadata === undefined ? 0 : new TextEncoder().encode(JSON.stringify(metadata)).length;
  if (bytes <= METADATA_BYTES_MAX) return metadata;
  throw new DomainError('invalid_request', `'metadata' must be at most ${METADATA_BYTES_MAX} bytes of JSON.`, {
    field: 'metadata',
  });
}

/**
 * Applies a merge patch to metadata (RFC 7396 §2): undefined leaves it as it is, null removes all of it.
 * @throws DomainError `invalid_request` if the merged metadata is too large
 */
export function mergeMetadata(
  before: JsonObject | undefined,
  patch: JsonObject | null | undefined,
): JsonObject | undefined {
  if (patch === undefined) return before;
  return patch === null ? undefined : acceptedMetadata(mergePatch(before, patch));
}
