import { DomainError } from './errors.ts';
import type { JsonObject, JsonValue } from './records.ts';

/**
 * JSON merge patch (RFC 7396 §2): members of the patch replace those of the target, objects are merged member by
 * member, and null removes.
 */
export function mergePatch(target: JsonObject | undefined, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target ?? {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? mergePatch(objectOrNothing(merged.get(name)), value) : value);
  }
  return Object.fromEntries(merged);
}

function objectOrNothing(value: JsonValue | undefined): JsonObject | undefined {
  return value !== undefined && isObject(value) ? value : undefined;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Metadata travels in access tokens, which must fit into a header. */
export const METADATA_BYTES_MAX = 4_096;

/** Whether metadata is small enough to be kept. */
export function isAcceptableMetadata(metadata: unknown): boolean {
  return new TextEncoder().encode(JSON.stringify(metadata)).length <= METADATA_BYTES_MAX;
}

/**
 * Merges a metadata patch: absent leaves the metadata as it is, null removes it.
 * @throws DomainError `invalid_request` where the merged metadata is too large
 */
export function mergeMetadata(
  before: JsonObject | undefined,
  patch: JsonObject | null | undefined,
): JsonObject | undefined {
  if (patch === undefined) return before;
  if (patch === null) return undefined;
  const merged = mergePatch(before, patch);
  if (isAcceptableMetadata(merged)) return merged;
  throw new DomainError('invalid_request', `The metadata would be larger than ${METADATA_BYTES_MAX} bytes of JSON.`, {
    field: 'metadata',
  });
}
