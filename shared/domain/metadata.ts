import { DomainError } from './errors.ts';
import { type JsonObject, mergePatch } from './json.ts';

/** Metadata travels in access tokens, which must fit into a header. */
const METADATA_BYTES_MAX = 4_096;

/** Metadata that is small enough to be kept. @throws DomainError `invalid_request` */
export function acceptedMetadata(metadata: JsonObject | undefined): JsonObject | undefined {
  const bytes = metadata === undefined ? 0 : new TextEncoder().encode(JSON.stringify(metadata)).length;
  if (bytes <= METADATA_BYTES_MAX) return metadata;
  throw new DomainError('invalid_request', `'metadata' must be at most ${METADATA_BYTES_MAX} bytes of JSON.`, {
    field: 'metadata',
  });
}

/**
 * Metadata after a merge patch: absent leaves it as it is, null removes it.
 * @throws DomainError `invalid_request` where the merged metadata is too large
 */
export function mergeMetadata(
  before: JsonObject | undefined,
  patch: JsonObject | null | undefined,
): JsonObject | undefined {
  if (patch === undefined) return before;
  return patch === null ? undefined : acceptedMetadata(mergePatch(before, patch));
}
