import { visit } from 'jsonc-parser';
import { DomainError } from '#shared/domain/errors.ts';

const DEPTH_MAX = 32;

/**
 * Strictly reads a JSON object. JSON.parse silently keeps the last of two members with the same name, so whoever
 * checks one copy may act on another; `__proto__` and lone surrogates have no honest use.
 * @throws DomainError `invalid_request`
 */
export function readJsonObject(text: string): Record<string, unknown> {
  assertUnambiguous(text);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Record<string, unknown>;
}

function assertUnambiguous(text: string): void {
  const names: Set<string>[] = [];
  let depth = 0;
  const enter = () => {
    depth += 1;
    if (depth > DEPTH_MAX) throw malformed();
  };
  const leave = () => {
    depth -= 1;
  };
  visit(text, {
    onObjectBegin: () => {
      enter();
      names.push(new Set());
    },
    onObjectEnd: () => {
      leave();
      names.pop();
    },
    onArrayBegin: enter,
    onArrayEnd: leave,
    onObjectProperty: (name) => {
      const known = names.at(-1);
      if (known?.has(name) || name === '__proto__') throw malformed();
      assertStorable(name);
      known?.add(name);
    },
    onLiteralValue: (value: unknown) => {
      if (typeof value === 'string') assertStorable(value);
    },
  });
}

function assertStorable(text: string): void {
  if (!text.isWellFormed() || text.includes('\0')) throw malformed();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

function malformed(): DomainError {
  return new DomainError('invalid_request', 'The body must be one JSON object in which no member comes twice.');
}
