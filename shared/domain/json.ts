/** A value that JSON can write (RFC 8259 §3). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON values (RFC 8259 §4). */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/**
 * Applies a JSON merge patch (RFC 7396 §2): a member of the patch replaces the target's member of the same name,
 * objects are merged member by member, and null removes a member. Target and patch stay as they are.
 */
export function mergePatch(target: JsonObject | undefined, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target ?? {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? mergePatch(objectOrUndefined(merged.get(name)), value) : value);
  }
  return Object.fromEntries(merged);
}

/** Applies a merge patch to one member (RFC 7396 §2): undefined leaves the member as it was, null removes it. */
export function patchedMember<Value>(before: Value | undefined, change: Value | null | undefined): Value | undefined {
  return change === undefined ? before : (change ?? undefined);
}

function objectOrUndefined(value: JsonValue | undefined): JsonObject | undefined {
  return value !== undefined && isObject(value) ? value : undefined;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
