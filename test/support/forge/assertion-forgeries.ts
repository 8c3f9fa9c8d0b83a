import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { base64url, CompactEncrypt } from 'jose';
import {
  type AssertionChange,
  type AssertionKey,
  assertionClaims,
  signAssertion,
} from '../clients/service-user-keys.ts';
import type { World } from '../world/world.ts';

/** The means of a forger: the key of one client, and the key of another client. */
export interface ForgersKeys {
  readonly world: World;
  readonly key: AssertionKey;
  readonly other: AssertionKey;
}

type Forgery = (keys: ForgersKeys) => string | Promise<string>;

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strangersKey = stranger.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const encoded = (value: unknown) => base64url.encode(value instanceof Uint8Array ? value : text(value));

const change =
  (what: AssertionChange): Forgery =>
  ({ world, key }) =>
    signAssertion(world, key, what);
const claim =
  (name: string, value: (keys: ForgersKeys) => unknown): Forgery =>
  (keys) =>
    signAssertion(keys.world, keys.key, { claims: { [name]: value(keys) } });
const time = (name: string, fromNow: number) => claim(name, ({ world }) => world.clock.nowSeconds() + fromNow);
const respelled =
  (spell: (assertion: string) => string): Forgery =>
  async ({ world, key }) =>
    spell(await signAssertion(world, key));

/** Exactly this header and payload, as JSON or as bytes, validly signed by the key. */
function raw({ key }: ForgersKeys, header: unknown, payload: unknown): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: createPrivateKey(key.privateKey),
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${base64url.encode(signature)}`;
}
/** A payload with one byte that is not UTF-8, validly signed by the key. */
const notUtf8: Forgery = (keys) => {
  const claims = JSON.stringify({ ...assertionClaims(keys.world, keys.key), jti: '@' });
  return raw(keys, headerOf(keys), Buffer.from(claims.replace('@', '\xff'), 'latin1'));
};
const headerOf = ({ key }: ForgersKeys) => ({ alg: key.algorithm, kid: key.kid });
const withHeader =
  (write: (header: { alg: string; kid: string }) => unknown): Forgery =>
  (keys) =>
    raw(keys, write(headerOf(keys)), assertionClaims(keys.world, keys.key));
const withPayload =
  (write: (claims: Readonly<Record<string, unknown>>) => unknown): Forgery =>
  (keys) =>
    raw(keys, headerOf(keys), write(assertionClaims(keys.world, keys.key)));

function unsigned(alg: string): Forgery {
  return ({ world, key }) =>
    `${base64url.encode(text({ alg, kid: key.kid }))}.${base64url.encode(text(assertionClaims(world, key)))}.`;
}

/** Refused by claims, over a valid signature. */
export const claimForgeries: Readonly<Record<string, Forgery>> = {
  ...Object.fromEntries(['iss', 'sub', 'aud', 'exp'].map((name) => [`D3: no ${name}`, claim(name, () => undefined)])),
  'D2: iss and sub that differ': claim('iss', ({ key }) => key.kid),
  'D2: iss and sub of somebody else': change({
    claims: { iss: 'svc_0000000000000000000000', sub: 'svc_0000000000000000000000' },
  }),
  'D3: exp as text': claim('exp', ({ world }) => String(world.clock.nowSeconds() + 60)),
  'D3: exp null': claim('exp', () => null),
  'D3: an empty jti': claim('jti', () => ''),
  'D3: jti as a number': claim('jti', () => 1),
  'D4: aud of the token endpoint': claim('aud', ({ world }) => `${world.url}/oauth/token`),
  'D4: aud as an empty list': claim('aud', () => []),
  'D4: aud as a list with a number': claim('aud', ({ world }) => [world.url, 1]),
  'D4: aud as a list with others': claim('aud', ({ world }) => [world.url, 'https://other.example.com']),
  'D4: aud as a list of the token endpoint with the issuer': claim('aud', ({ world }) => [
    `${world.url}/oauth/token`,
    world.url,
  ]),
  'D5: aud of another server': claim('aud', () => 'https://other.example.com'),
  'D5: aud with a slash at its end': claim('aud', ({ world }) => `${world.url}/`),
  'D5: aud in capitals': claim('aud', ({ world }) => world.url.toUpperCase()),
  'D5: aud cut short': claim('aud', ({ world }) => world.url.slice(0, -1)),
  'D5: aud with more at its end': claim('aud', ({ world }) => `${world.url}.example.com`),
  'D5: aud of an API of ours': claim('aud', ({ world }) => `${world.url}/v1/`),
  'D6: exp five minutes ago': time('exp', -300),
  'D6: exp in two hours': time('exp', 7_200),
  'D6: exp 1e300': claim('exp', () => 1e300),
  'D7: iat in more than a minute': time('iat', 61),
  'D7: nbf in more than a minute': time('nbf', 61),
  'Sound 18: bytes that are not UTF-8 in a claim': notUtf8,
  'D7: iat as text': claim('iat', () => 'now'),
};

/** Refused by header or key. */
export const headerForgeries: Readonly<Record<string, Forgery>> = {
  ...Object.fromEntries(['none', 'nOnE', 'NONE', 'None'].map((alg) => [`D13: alg ${alg}`, unsigned(alg)])),
  'D13: no alg': withHeader(({ kid }) => ({ kid })),
  'D13: alg as a list': withHeader(({ alg, kid }) => ({ alg: [alg], kid })),
  'D13: alg as a number': withHeader(({ kid }) => ({ alg: 256, kid })),
  'D13: alg in small letters': withHeader(({ alg, kid }) => ({ alg: alg.toLowerCase(), kid })),
  'D14: HS256 with the public key in PEM': ({ world, key }) => {
    const pem = createPublicKey(key.privateKey).export({ format: 'pem', type: 'spki' });
    const header = base64url.encode(text({ alg: 'HS256', kid: key.kid }));
    const input = `${header}.${base64url.encode(text(assertionClaims(world, key)))}`;
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
  },
  'D15: the other algorithm over a good signature': withHeader(({ kid }) => ({ alg: 'RS256', kid })),
  'D15: an algorithm that no key here has': withHeader(({ kid }) => ({ alg: 'ES384', kid })),
  'D16: jwk': ({ world, key }) =>
    signAssertion(
      world,
      { ...key, privateKey: strangersKey },
      { header: { jwk: stranger.publicKey.export({ format: 'jwk' }) } },
    ),
  ...Object.fromEntries(
    ['jku', 'x5u', 'jwk', 'x5c'].map((name) => [
      `D16: ${name} over a good signature`,
      change({ header: { [name]: name === 'x5c' ? ['AAAA'] : 'http://127.0.0.1:9/keys' } }),
    ]),
  ),
  'D17: no kid': withHeader(({ alg }) => ({ alg })),
  'D17: an unknown kid': change({ header: { kid: 'cli_0000000000000000000000' } }),
  'D17: a kid that is a path': change({ header: { kid: '../../../../dev/null' } }),
  'D17: a kid that is a query': change({ header: { kid: "' OR '1'='1" } }),
  'D17: a kid of three kilobytes': change({ header: { kid: 'k'.repeat(3_072) } }),
  'D17: an empty kid': change({ header: { kid: '' } }),
  'D17: a kid that is a number': withHeader(({ alg }) => ({ alg, kid: 1 })),
  'D18: an extension that must be understood': withHeader((header) => ({ ...header, crit: ['exp'], exp: 1 })),
  'D18: an unencoded payload': withHeader((header) => ({ ...header, crit: ['b64'], b64: false })),
  'D24: the type of an access token': change({ header: { typ: 'at+jwt' } }),
  'D24: the type of an introspection': change({ header: { typ: 'token-introspection+jwt' } }),
  'D24: the type of a logout token': change({ header: { typ: 'logout+jwt' } }),
  'D24: a type that is a list': withHeader((header) => ({ ...header, typ: ['JWT'] })),
  "D26: the stranger's signature under a known kid": ({ world, key }) =>
    signAssertion(world, { ...key, privateKey: strangersKey }),
  "D26: somebody else's key about the service user": ({ world, key, other }) =>
    signAssertion(world, { ...other, principalId: key.principalId }),
  "D26: somebody else's key under the key's kid": ({ world, key, other }) =>
    signAssertion(world, other, { header: { kid: key.kid } }),
  "D26: the key under somebody else's kid": ({ world, key, other }) =>
    signAssertion(world, key, { header: { kid: other.kid } }),
};

/** Refused by form: not a compact JWS in its only spelling. */
export const formForgeries: Readonly<Record<string, Forgery>> = {
  'D19: a claim that comes twice': withPayload((claims) => text(claims).replace('{', '{"sub":"svc_1",')),
  'D19: a header member that comes twice': withHeader((header) => text(header).replace('{', '{"alg":"ES256",')),
  'D19: a payload that is null': withPayload(() => 'null'),
  'D19: a payload that is a list': withPayload((claims) => [claims]),
  'D19: a payload that is text': withPayload(() => '"claims"'),
  'D19: a payload that is not JSON': withPayload(() => '{"iss":'),
  'D19: a header that is null': withHeader(() => 'null'),
  'D19: a padded signature': respelled((assertion) => `${assertion}==`),
  'D19: a padded header': respelled((assertion) => assertion.replace('.', '=.')),
  'D19: stray last bits': respelled((assertion) => assertion.slice(0, -1) + neighbourOf(assertion.at(-1) ?? '')),
  'D19: a space inside': respelled((assertion) => assertion.replace('.', '. ')),
  'D19: a space at its end': respelled((assertion) => `${assertion} `),
  'D20: two parts': respelled((assertion) => assertion.slice(0, assertion.lastIndexOf('.'))),
  'D20: four parts': respelled((assertion) => `${assertion}.e30`),
  'D20: no signature': respelled((assertion) => assertion.slice(0, assertion.lastIndexOf('.') + 1)),
  'D20: JSON serialization': respelled((assertion) => {
    const [header, payload, signature] = assertion.split('.');
    return text({ protected: header, payload, signature });
  }),
  'D20: an encrypted JWT': ({ world, key }) =>
    new CompactEncrypt(new TextEncoder().encode(text(assertionClaims(world, key))))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: key.kid })
      .encrypt(createPublicKey(key.privateKey)),
  'D26: no JWT at all': () => 'assertion',
};

/** The keys of the same forger, about a client that does not exist. */
export function aboutNobody({ key, ...rest }: ForgersKeys): ForgersKeys {
  const nobody = (id: string) => id.replace(/^(svc|cli)_.*/, '$1_0000000000000000000000');
  return { ...rest, key: { ...key, principalId: nobody(key.principalId), kid: nobody(key.kid) } };
}

/** The next letter of the alphabet stands for the same leading bits and another last one. */
function neighbourOf(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1);
}
