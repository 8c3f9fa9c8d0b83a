/** Members that the product makes or checks itself, so that they hold no text from outside. */
const OWN = /^(?:action|.*Action|.*Href|href|redirectUri|to|targetOrigin|problem|error|openidScopes)$/;

/** The product's own word for all permissions and roles. */
const ALL = 'all';

/**
 * Replaces every text of some props that comes from outside: names, addresses, ids, tokens, descriptions, fields of
 * answers, wherever they stand.
 */
export function replacedTexts(props: unknown, text: string): unknown {
  if (typeof props === 'string') return props === ALL ? props : text;
  if (Array.isArray(props)) return props.map((each) => replacedTexts(each, text));
  if (typeof props !== 'object' || props === null) return props;
  return Object.fromEntries(
    Object.entries(props).map(([name, value]) => [name, OWN.test(name) ? value : replacedTexts(value, text)]),
  );
}
