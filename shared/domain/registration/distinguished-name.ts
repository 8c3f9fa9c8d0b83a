/** Attribute types by the names that RFC 4514 §3, RFC 4519 and OpenSSL have for them. */
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

/** One character: by itself, by a byte of its UTF-8 in hexadecimal, or behind a backslash (RFC 4514 §3). */
const TOKEN = /\\[\dA-F]{2}|\\[ "#+,;<=>\\]|[^\\]/giu;

/** What a value holds in an escaped form only; the separators cannot be there any more. */
const SPECIAL = ['"', ';', '<', '>', '\0'];

/** An attribute as it is compared: type and value in one spelling. */
type Attribute = string;

/** Whether text is a name as RFC 4514 writes it, of attributes whose types are known here or given by their OIDs. */
export function isDistinguishedName(text: string): boolean {
  return parse(text) !== undefined;
}

/**
 * Whether two texts are the same name: the same attributes in the same groups, in the same order (RFC 4517 §4.2.15),
 * whatever their case, spaces and escapes (RFC 4517 §4.2.11, RFC 4518 §2). What is no name is the same as nothing.
 */
export function isSameName(one: string, other: string): boolean {
  const [first, second] = [parse(one), parse(other)];
  return first !== undefined && second !== undefined && JSON.stringify(first) === JSON.stringify(second);
}

/** The groups of a name, the attributes of each in one order, because they have none. */
function parse(text: string): readonly (readonly Attribute[])[] | undefined {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.join('') !== text) return undefined;
  const groups = split(tokens, ',').map((group) => split(group, '+').map(readAttribute));
  const read = groups.map((group) => group.filter((attribute) => attribute !== undefined).toSorted());
  return read.flat().length === groups.flat().length ? read : undefined;
}

/** The parts between separators; an escaped one is another token. */
function split(tokens: readonly string[], separator: ',' | '+'): readonly (readonly string[])[] {
  const end = tokens.indexOf(separator);
  return end === -1 ? [tokens] : [tokens.slice(0, end), ...split(tokens.slice(end + 1), separator)];
}

function readAttribute(tokens: readonly string[]): Attribute | undefined {
  const equals = tokens.indexOf('=');
  const name = tokens.slice(0, Math.max(equals, 0)).join('').trim().toLowerCase();
  const type = OID.test(name) ? name : TYPES.get(name);
  const value = readValue(withoutMargins(tokens.slice(equals + 1)));
  return type === undefined || value === undefined ? undefined : JSON.stringify([type, prepared(value)]);
}

/** Spaces around a value do not belong to it; one that does is escaped (RFC 4514 §2.4). */
function withoutMargins(tokens: readonly string[]): readonly string[] {
  const isInked = (token: string) => token !== ' ';
  return tokens.slice(Math.max(tokens.findIndex(isInked), 0), tokens.findLastIndex(isInked) + 1);
}

/** The characters that are meant; undefined for none, for a value in BER, and for what has to be escaped. */
function readValue([first, ...rest]: readonly string[]): string | undefined {
  if (first === undefined || first === '#' || [first, ...rest].some((token) => SPECIAL.includes(token)))
    return undefined;
  try {
    return decodeURIComponent([first, ...rest].map(percentEncoded).join(''));
  } catch {
    return undefined;
  }
}

function percentEncoded(token: string): string {
  if (token.length === 3 && token.startsWith('\\')) return `%${token.slice(1)}`;
  return encodeURIComponent(token.startsWith('\\') ? token.slice(1) : token);
}

/** As names are compared: case and width of letters and numbers of spaces do not matter. */
function prepared(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replaceAll(/\s+/g, ' ');
}
