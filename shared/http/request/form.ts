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
 * Decodes the parameters of a request whose faults the operation answers. A value that is malformed or too long is null,
 * and a parameter that comes twice has a list of values. An empty value counts as absent.
 */
export function decodeWithFaults(text: string): Record<string, string | string[] | null> {
  const pairs = text.split('&').filter((pair) => pair !== '');
  const values = new Map<string, (string | null)[]>();
  // Too many pairs are a fault of a parameter without a name.
  if (pairs.length > PAIRS_MAX) values.set('', [null]);
  for (const pair of pairs.slice(0, PAIRS_MAX)) {
    const [name, value] = pairWithFaults(pair);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const isPresent = (all: readonly (string | null)[]) => all.length > 1 || all[0] !== '';
  const present = [...values].filter(([, all]) => isPresent(all));
  return Object.fromEntries(present.map(([name, all]) => [name, valueWithFaults(all)]));
}

function valueWithFaults(all: readonly (string | null)[]): string | string[] | null {
  const texts = all.filter((value) => value !== null);
  const [first = null] = texts;
  if (texts.length < all.length) return null;
  return texts.length > 1 ? texts : first;
}

function pairWithFaults(pair: string): [name: string, value: string | null] {
  const { name, value } = splitPair(pair);
  if (name === undefined || value === undefined || !isAcceptable(name, value)) return [name ?? '', null];
  return [name, value];
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
  const { name, value } = splitPair(pair);
  if (name === undefined || value === undefined) throw malformed();
  assertAcceptable(name, value);
  return [name, value];
}

/** Decodes both sides of a pair. A side that is malformed is undefined. */
function splitPair(pair: string): { readonly name: string | undefined; readonly value: string | undefined } {
  const at = pair.indexOf('=');
  return {
    name: formDecode(at === -1 ? pair : pair.slice(0, at)),
    value: formDecode(at === -1 ? '' : pair.slice(at + 1)),
  };
}

/** @throws DomainError `invalid_request` for a parameter that is too long or holds control characters */
export function assertAcceptable(name: string, value: string): void {
  if (!isAcceptable(name, value)) throw malformed();
}

function isAcceptable(name: string, value: string): boolean {
  return value.length <= PARAMETER_CHARACTERS_MAX && isFreeOfControls(name) && isFreeOfControls(value);
}

function malformed(): DomainError {
  return new DomainError(
    'invalid_request',
    'The parameters are malformed, too many or too long, or one parameter comes twice.',
  );
}
