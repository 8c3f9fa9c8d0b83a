/** The OIDs of attribute types, by the names that RFC 4514 §3, RFC 4519 and OpenSSL use. */
const TYPES = new Map(
  Object.entries({
    cn: '2.5.4.3',
    commonname: '2.5.4.3',
    sn: '2.5.4.4',
    surname: '2.5.4.4',
    serialnumber: '2.5.4.5',
    c: '2.5.4.6',
    countryname: '2.5.4.6',
    l: '2.5.4.7',
    localityname: '2.5.4.7',
    st: '2.5.4.8',
    s: '2.5.4.8',
    stateorprovincename: '2.5.4.8',
    street: '2.5.4.9',
    streetaddress: '2.5.4.9',
    o: '2.5.4.10',
    organizationname: '2.5.4.10',
    ou: '2.5.4.11',
    organizationalunitname: '2.5.4.11',
    title: '2.5.4.12',
    t: '2.5.4.12',
    description: '2.5.4.13',
    businesscategory: '2.5.4.15',
    postalcode: '2.5.4.17',
    name: '2.5.4.41',
    gn: '2.5.4.42',
    givenname: '2.5.4.42',
    initials: '2.5.4.43',
    dnqualifier: '2.5.4.46',
    pseudonym: '2.5.4.65',
    organizationidentifier: '2.5.4.97',
    uid: '0.9.2342.19200300.100.1.1',
    userid: '0.9.2342.19200300.100.1.1',
    mail: '0.9.2342.19200300.100.1.3',
    dc: '0.9.2342.19200300.100.1.25',
    domaincomponent: '0.9.2342.19200300.100.1.25',
    e: '1.2.840.113549.1.9.1',
    emailaddress: '1.2.840.113549.1.9.1',
    jurisdictionl: '1.3.6.1.4.1.311.60.2.1.1',
    jurisdictionst: '1.3.6.1.4.1.311.60.2.1.2',
    jurisdictionc: '1.3.6.1.4.1.311.60.2.1.3',
  }),
);

const OID = /^[0-2](?:\.(?:0|[1-9]\d*))+$/;

/** One character, one byte of a character's UTF-8 in hexadecimal, or a character after a backslash (RFC 4514 §3). */
const TOKEN = /\\[\dA-F]{2}|\\[ "#+,;<=>\\]|[^\\]/giu;

/**
 * Characters that a value must escape. The separators `,` and `+` are missing here, because they are split off before.
 */
const SPECIAL = ['"', ';', '<', '>', '\0'];

/**
 * The longest name that is read, in characters. A registered name has at most 1,024, and OpenSSL writes each of them with
 * nine or fewer in the subject of a certificate. The owner of a certificate decides how long its subject is.
 */
const NAME_CHARACTERS_MAX = 10_240;

/** Type and value of an attribute in the form in which attributes are compared. */
type Attribute = string;

/**
 * Whether a text is a distinguished name (RFC 4514) of at most 10,240 characters, whose attribute types are known or are
 * OIDs.
 */
export function isDistinguishedName(text: string): boolean {
  return parse(text) !== undefined;
}

/**
 * Whether two texts are the same name: they have the same attributes in the same groups, in the same order (RFC 4517
 * §4.2.15). Case, spaces and escapes make no difference (RFC 4517 §4.2.11, RFC 4518 §2). Invalid names are never equal.
 */
export function isSameName(left: string, right: string): boolean {
  const [first, second] = [parse(left), parse(right)];
  return first !== undefined && second !== undefined && JSON.stringify(first) === JSON.stringify(second);
}

/** Reads the groups of a name. The attributes of a group are sorted, because their order has no meaning. */
function parse(text: string): readonly (readonly Attribute[])[] | undefined {
  if (text.length > NAME_CHARACTERS_MAX) return undefined;
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.join('') !== text) return undefined;
  const groups = split(tokens, ',').map((group) => split(group, '+').map(readAttribute));
  const read = groups.map((group) => group.filter((attribute) => attribute !== undefined).toSorted());
  return read.flat().length === groups.flat().length ? read : undefined;
}

/** Splits tokens at a separator. An escaped separator is another token and does not split. */
function split(tokens: readonly string[], separator: ',' | '+'): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const token of tokens) {
    if (token === separator) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function readAttribute(tokens: readonly string[]): Attribute | undefined {
  const equals = tokens.indexOf('=');
  const name = tokens.slice(0, Math.max(equals, 0)).join('').trim().toLowerCase();
  const type = OID.test(name) ? name : TYPES.get(name);
  const value = readValue(trimSpaces(tokens.slice(equals + 1)));
  return type === undefined || value === undefined ? undefined : JSON.stringify([type, comparisonForm(value)]);
}

/** Removes spaces around a value. A space that belongs to the value is escaped (RFC 4514 §2.4). */
function trimSpaces(tokens: readonly string[]): readonly string[] {
  const isNotSpace = (token: string) => token !== ' ';
  return tokens.slice(Math.max(tokens.findIndex(isNotSpace), 0), tokens.findLastIndex(isNotSpace) + 1);
}

/** Decodes a value; undefined for an empty value, a value in BER, and a character that must be escaped and is not. */
function readValue([first, ...rest]: readonly string[]): string | undefined {
  if (first === undefined || first === '#' || [first, ...rest].some((token) => SPECIAL.includes(token)))
    return undefined;
  try {
    return decodeURIComponent([first, ...rest].map(percentEncode).join(''));
  } catch {
    return undefined;
  }
}

function percentEncode(token: string): string {
  if (token.length === 3 && token.startsWith('\\')) return `%${token.slice(1)}`;
  return encodeURIComponent(token.startsWith('\\') ? token.slice(1) : token);
}

/**
 * Returns a value in the form in which it is compared: without difference in case, width of letters, or number of
 * spaces.
 */
function comparisonForm(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');
}
