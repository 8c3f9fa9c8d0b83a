import { DomainError } from '#shared/domain/errors.ts';
import { type JsonRules, parseStrictJson } from '#shared/text/strict-json.ts';

/**
 * Refuses lone surrogates, NUL and `__proto__`, which no client needs to send. Refuses numbers that would be stored as
 * another number (RFC 7493 §2.2): integers beyond 2⁵³ and numbers beyond the largest double.
 */
const BODY_RULES: JsonRules = {
  depthMax: 32,
  isName: (name) => name !== '__proto__' && isStorable(name),
  isText: isStorable,
  isNumber: isExact,
};

/**
 * Reads a JSON object strictly.
 * @throws DomainError `invalid_request` for any other text, and for an object in which a member comes twice
 */
export function readJsonObject(text: string): Record<string, unknown> {
  const value = parseStrictJson(text, BODY_RULES);
  if (!isObject(value)) {
    throw new DomainError(
      'invalid_request',
      'The body must be one JSON object. No member may come twice, and no integer may be beyond 2^53.',
    );
  }
  return value;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A number with a fraction or an exponent is a double, which may be rounded to the next double. */
function isExact(written: string): boolean {
  const value = Number(written);
  return /^-?\d+$/.test(written) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
