export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

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

/** One member after a merge patch (RFC 7396 §2): undefined leaves the member as it was, null removes it. */
export function patchedMember<Value>(before: Value | undefined, change: Value | null | undefined): Value | undefined {
  return change === undefined ? before : (change ?? undefined);
}

function objectOrNothing(value: JsonValue | undefined): JsonObject | undefined {
  return value !== undefined && isObject(value) ? value : undefined;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
