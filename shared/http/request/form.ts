import { PARAMETER_CHARACTERS_MAX } from '#shared/api/fields/fields.ts';
import { DomainError } from '#shared/domain/errors.ts';

const PAIRS_MAX = 1_000;

/** Decodes one part of a form: `+` is a space, escapes are UTF-8. @returns undefined if the part is malformed */
export function formDecode(text: string): string | undefined {
  if (!/[+%]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * Whether text has no control character, which OAuth parameters must not have (RFC 6749 appendix A), and no lone
 * surrogate. Tabs are allowed here, because the check of a scope refuses them as `invalid_scope` (C5).
 */
export function isFreeOfControls(text: string): boolean {
  return !/\p{Cc}/u.test(text.replaceAll('\t', ' ')) && text.isWellFormed();
}

/**
 * Decodes `application/x-www-form-urlencoded` strictly (RFC 6749 appendix B). An empty value counts as absent (§3.2). A
 * parameter that comes twice is refused, unless `repeatable` names it; the values of a repeatable parameter are a list.
 * @throws DomainError `invalid_request`
 */
export function decodeForm(text: string, repeatable: readonly string[]): Record<string, string | string[]> {
  const pairs = text.split('&').filter((pair) => pair !== '');
  if (pairs.length > PAIRS_MAX) throw malformed();
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name, value] = decodePair(pair);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return membersOf(values, repeatable);
}

/**
 * Turns decoded values into members by the rules of `decodeForm`, also for flat JSON.
 * @throws DomainError `invalid_request` for a parameter that comes twice and may not
 */
export function membersOf(
  values: ReadonlyMap<string, readonly string[]>,
  repeatable: readonly string[],
): Record<string, string | string[]> {
  const members: [string, string | string[]][] = [];
  for (const [name, all] of values) {
    if (all.length > 1 && !repeatable.includes(name)) throw malformed();
    const present = all.filter((value) => value !== '');
    const [first] = present;
    if (first !== undefined) members.push([name, repeatable.includes(name) ? present : first]);
  }
  return Object.fromEntries(members);
}

/** @throws DomainError `invalid_request` for a malformed pair */
function decodePair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  const name = formDecode(at === -1 ? pair : pair.slice(0, at));
  const value = formDecode(at === -1 ? '' : pair.slice(at + 1));
  if (name === undefined || value === undefined) throw malformed();
  assertAcceptable(name, value);
  return [name, value];
}

/** @throws DomainError `invalid_request` for a parameter that is too long or holds control characters */
export function assertAcceptable(name: string, value: string): void {
  const isAcceptable = value.length <= PARAMETER_CHARACTERS_MAX && isFreeOfControls(name) && isFreeOfControls(value);
  if (!isAcceptable) throw malformed();
}

function malformed(): DomainError {
  return new DomainError(
    'invalid_request',
    'The parameters are malformed, too many or too long, or one parameter comes twice.',
  );
}
