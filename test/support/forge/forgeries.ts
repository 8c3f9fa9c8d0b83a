import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { base64url, CompactEncrypt, CompactSign } from 'jose';
import type { World } from '../world/world.ts';
import { type Forge, type Variation, workspaceKeys } from './forge.ts';

/** The means of a forger: a genuine token, the published keys, and any keys of the forger. */
export interface ForgersDesk {
  readonly forge: Forge;
  /** The published key that signed the genuine token, and the other one. */
  readonly rs256: JsonWebKey & { readonly kid: string };
  readonly es256: JsonWebKey & { readonly kid: string };
  /** An address from which a careless verifier would fetch keys. */
  readonly trapUrl: string;
}

/** No server listens there. */
const NOWHERE = 'http://127.0.0.1:9/keys';

/** Lays out the keys that a world publishes. */
export async function openDesk(world: World, forge: Forge, trapUrl = NOWHERE): Promise<ForgersDesk> {
  const { body } = await world.send('GET', '/.well-known/jwks.json');
  const { keys } = body as { keys: (ForgersDesk['rs256'] & { alg: string })[] };
  const [rs256, es256] = ['RS256', 'ES256'].map((algorithm) => keys.find(({ alg }) => alg === algorithm));
  if (rs256 === undefined || es256 === undefined) throw new Error('The workspace publishes both keys.');
  return { forge, rs256, es256, trapUrl };
}

type Forgery = (desk: ForgersDesk) => Promise<string>;

const own = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};
const ownJwk = own.rsa.publicKey.export({ format: 'jwk' });

/** Refused by header: type, algorithm, key id (RFC 9068 §4, RFC 8725 §3.1, §3.10, §3.11). */
export const headerForgeries: Readonly<Record<string, Forgery>> = {
  'typ JWT': vary({ header: { typ: 'JWT' } }),
  'no typ': vary({ header: { typ: undefined } }),
  'typ of a token introspection': vary({ header: { typ: 'token-introspection+jwt' } }),
  'typ of a logout token': vary({ header: { typ: 'logout+jwt' } }),
  'typ as a list': vary({ header: { typ: ['at+jwt'] } }),
  'alg none, no signature': unsigned('none'),
  'alg NONE, no signature': unsigned('NONE'),
  'alg nOnE, no signature': unsigned('nOnE'),
  'alg none with the genuine signature': async ({ forge }) =>
    `${forge.unsigned({ header: { alg: 'none' } })}.${forge.genuine.split('.')[2]}`,
  'no alg': vary({ header: { alg: undefined } }),
  'alg as a list': vary({ header: { alg: ['RS256'] } }),
  'alg in small letters': vary({ header: { alg: 'rs256' } }),
  'alg PS256 over an RS256 signature': vary({ header: { alg: 'PS256' } }),
  'HS256 with the public key in PEM': withPublicKeyAsSecret((key) =>
    key.export({ format: 'pem', type: 'spki' }).toString(),
  ),
  'HS256 with the public key in DER': withPublicKeyAsSecret((key) => key.export({ format: 'der', type: 'spki' })),
  'HS256 with the published modulus': withPublicKeyAsSecret((key) => String(key.export({ format: 'jwk' }).n)),
  'HS256 with an empty secret byte': withPublicKeyAsSecret(() => Buffer.alloc(32)),
  'no kid': vary({ header: { kid: undefined } }),
  'an unknown kid': vary({ header: { kid: 'unknown' } }),
  'a kid that is a path': vary({ header: { kid: '../../../../dev/null' } }),
  'a kid that is a query': vary({ header: { kid: "' OR '1'='1" } }),
  'a kid of a kilobyte': vary({ header: { kid: 'k'.repeat(1_024) } }),
  'a kid that is a number': vary({ header: { kid: 1 } }),
  'the kid of the other key': ({ forge, es256 }) => forge.vary({ header: { kid: es256.kid } }),
  'kid and alg of the other key': ({ forge, es256 }) => forge.vary({ header: { kid: es256.kid, alg: 'ES256' } }),
  "the other key under this key's kid": ({ forge }) =>
    forge.vary({ header: { alg: 'ES256' }, signer: workspaceKeys.ES256 }),
  'an extension that must be understood': vary({ header: { crit: ['exp'], exp: 1 } }),
  'an unencoded payload': vary({ header: { crit: ['b64'], b64: false } }),
  jku: ({ forge, trapUrl }) => signOwn(forge, { jku: trapUrl, kid: 'own' }),
  x5u: ({ forge, trapUrl }) => signOwn(forge, { x5u: trapUrl, kid: 'own' }),
  jwk: ({ forge }) => signOwn(forge, { jwk: ownJwk }),
  x5c: ({ forge }) => signOwn(forge, { x5c: ['bm90IGEgY2VydGlmaWNhdGU='] }),
};

/** Refused by key: not signed by the workspace with a key of this purpose (RFC 8725 §3.5, F8). */
export const keyForgeries: Readonly<Record<string, Forgery>> = {
  "the forger's RSA key under the published kid": ({ forge }) => signOwn(forge, {}),
  "the forger's EC key under the published kid": ({ forge, es256 }) =>
    signOwn(forge, { alg: 'ES256', kid: es256.kid }, own.ec.privateKey),
  'another KMS key under the published kid': async ({ forge }) => forge.vary({ signer: await forge.foreignKey() }),
  'another KMS key under its own kid': async ({ forge }) =>
    forge.vary({ header: { kid: 'another' }, signer: await forge.foreignKey() }),
};

/** Refused by form: not a compact JWS in its only spelling (RFC 7515 §2, §3.1, §5.2). */
export const formForgeries: Readonly<Record<string, Forgery>> = {
  'claims exchanged under the genuine signature': async ({ forge }) =>
    `${forge.unsigned({ claims: { scope: 'everything' } })}.${forge.genuine.split('.')[2]}`,
  'header exchanged under the genuine signature': async ({ forge }) =>
    `${forge.unsigned({ header: { extra: true } })}.${forge.genuine.split('.')[2]}`,
  'no signature': respelled((token) => token.slice(0, token.lastIndexOf('.') + 1)),
  'two parts': respelled((token) => token.slice(0, token.lastIndexOf('.'))),
  'four parts': respelled((token) => `${token}.e30`),
  'a padded signature': respelled((token) => `${token}==`),
  'a padded header': respelled((token) => token.replace('.', '=.')),
  'stray last bits in the signature': respelled((token) => token.slice(0, -1) + neighbourOf(token.at(-1) ?? '')),
  'a signature cut short': respelled((token) => token.slice(0, -4)),
  'a longer signature': respelled((token) => `${token}AAAA`),
  'a header that is null': async ({ forge }) =>
    [base64url.encode('null'), ...forge.genuine.split('.').slice(1)].join('.'),
  'a payload that is null': vary({ payload: 'null' }),
  'a payload that is a list': vary({ payload: '[]' }),
  'a payload that is text': vary({ payload: '"claims"' }),
  'a payload that is not JSON': vary({ payload: '{"iss":' }),
  'an encrypted token': async ({ forge, rs256 }) =>
    new CompactEncrypt(new TextEncoder().encode(JSON.stringify(forge.claims)))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF', typ: 'at+jwt', kid: rs256.kid } as never)
      .encrypt(createPublicKey({ key: rs256, format: 'jwk' })),
  'a token nested in a token': ({ forge }) => forge.vary({ header: { cty: 'JWT' }, payload: forge.genuine }),
};

/** Refused by claims, over a valid signature (RFC 9068 §4, RFC 7519 §4.1). */
export const claimForgeries: Readonly<Record<string, Forgery>> = {
  ...without('iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'scope'),
  'iss with a slash at its end': varyText('iss', (issuer) => `${issuer}/`),
  'iss in capitals': varyText('iss', (issuer) => issuer.toUpperCase()),
  'iss of another host': vary({ claims: { iss: 'https://auth.example.com' } }),
  'iss as a list': ({ forge }) => forge.vary({ claims: { iss: [forge.claims.iss] } }),
  'aud as a list': ({ forge }) => forge.vary({ claims: { aud: [forge.claims.aud] } }),
  'aud cut short': varyText('aud', (audience) => audience.slice(0, -1)),
  'aud with more at its end': varyText('aud', (audience) => `${audience}tenants`),
  'aud in capitals': varyText('aud', (audience) => audience.toUpperCase()),
  'empty aud': vary({ claims: { aud: '' } }),
  'exp as text': ({ forge }) => forge.vary({ claims: { exp: String(forge.claims.exp) } }),
  'exp 1e20': vary({ claims: { exp: 1e20 } }),
  'exp beyond the longest lifetime': ({ forge }) => forge.vary({ claims: { exp: Number(forge.claims.iat) + 86_401 } }),
  'negative exp': ({ forge }) => forge.vary({ claims: { exp: -Number(forge.claims.exp) } }),
  'exp 0': vary({ claims: { exp: 0 } }),
  'exp null': vary({ claims: { exp: null } }),
  'exp with a fraction': ({ forge }) => forge.vary({ claims: { exp: Number(forge.claims.exp) + 0.5 } }),
  'client_id of nobody': vary({
    claims: { client_id: 'cli_0000000000000000000000', sub: 'cli_0000000000000000000000' },
  }),
  'sub of somebody else': vary({ claims: { sub: 'usr_0000000000000000000000' } }),
  'tenant_id of a tenant that the client is not of': vary({ claims: { tenant_id: 'ten_0000000000000000000000' } }),
};

function vary(variation: Variation): Forgery {
  return ({ forge }) => forge.vary(variation);
}

function varyText(claim: string, change: (value: string) => string): Forgery {
  return ({ forge }) => forge.vary({ claims: { [claim]: change(String(forge.claims[claim])) } });
}

function without(...claims: readonly string[]): Record<string, Forgery> {
  return Object.fromEntries(claims.map((claim) => [`no ${claim}`, vary({ claims: { [claim]: undefined } })]));
}

function unsigned(alg: string): Forgery {
  return async ({ forge }) => `${forge.unsigned({ header: { alg } })}.`;
}

function respelled(change: (token: string) => string): Forgery {
  return async ({ forge }) => change(forge.genuine);
}

/** The next letter of the alphabet stands for the same leading bits and another last one. */
function neighbourOf(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1);
}

function withPublicKeyAsSecret(spell: (key: KeyObject) => string | Uint8Array): Forgery {
  return ({ forge, rs256 }) => {
    const spelled = spell(createPublicKey({ key: rs256, format: 'jwk' }));
    const secret = typeof spelled === 'string' ? new TextEncoder().encode(spelled) : new Uint8Array(spelled);
    return signOwn(forge, { alg: 'HS256' }, secret);
  };
}

function signOwn(
  { header, claims }: Forge,
  change: Readonly<Record<string, unknown>>,
  key: KeyObject | Uint8Array = own.rsa.privateKey,
): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  return new CompactSign(payload).setProtectedHeader({ ...header, ...change } as { alg: string }).sign(key);
}
