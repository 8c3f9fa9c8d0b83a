/** The longest address that a mail can be sent to (RFC 5321 §4.5.3.1.3, without the angle brackets). */
const ADDRESS_CHARACTERS_MAX = 254;

/** One name of RFC 5321 §4.1.2 (dot-string) at a domain of RFC 1035 §2.3.1 with two labels or more. */
const ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,62}[a-z]$/i;

const NAME_CHARACTERS_MAX = 64;

/**
 * Whether a text is one e-mail address in ASCII. Quoted names, comments, lists and control characters are refused, so that
 * an address holds no second recipient and no line of a header (S10). Only a mail proves that somebody reads it.
 */
export function isMailAddress(text: string): boolean {
  return text.length <= ADDRESS_CHARACTERS_MAX && text.lastIndexOf('@') <= NAME_CHARACTERS_MAX && ADDRESS.test(text);
}
