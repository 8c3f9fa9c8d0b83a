import { DomainError } from '#shared/domain/errors.ts';
import { type JsonRules, parseStrictJson } from '#shared/text/strict-json.ts';

/** Refuses lone surrogates, NUL and `__proto__`. No client needs to send them. */
const BODY_RULES: JsonRules = {
  depthMax: 32,
  isName: (name) => name !== '__proto__' && isStorable(name),
  isText: isStorable,
};

/**
 * Reads a JSON object strictly.
 * @throws DomainError `invalid_request` for any other text, and for an object in which a member comes twice
 */
export function readJsonObject(text: string): Record<string, unknown> {
  const value = parseStrictJson(text, BODY_RULES);
  if (!isObject(value)) {
    throw new DomainError('invalid_request', 'The body must be one JSON object in which no member comes twice.');
  }
  return value;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
