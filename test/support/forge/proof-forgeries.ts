import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { base64url, CompactEncrypt } from 'jose';
import { type ProofChange, type ProofKey, type ProvenRequest, proofClaims, signProof } from '../clients/dpop.ts';
import type { World } from '../world/world.ts';

/** The means of a forger: a key, and the request that the proof is for. */
export interface ProofDesk {
  readonly world: World;
  readonly key: ProofKey;
  readonly other: ProofKey;
  readonly request: ProvenRequest;
}

type Forgery = (desk: ProofDesk) => string | Promise<string>;

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const change =
  (what: (desk: ProofDesk) => ProofChange): Forgery =>
  (desk) =>
    signProof(desk.world, desk.key, desk.request, what(desk));
const claim = (name: string, value: (desk: ProofDesk) => unknown) =>
  change((desk) => ({ claims: { [name]: value(desk) } }));
const header = (name: string, value: (desk: ProofDesk) => unknown) =>
  change((desk) => ({ header: { [name]: value(desk) } }));
const iat = (fromNow: number) => claim('iat', ({ world }) => world.clock.nowSeconds() + fromNow);
const respelled =
  (spell: (proof: string) => string): Forgery =>
  async ({ world, key, request }) =>
    spell(await signProof(world, key, request));

/** Exactly this header and payload, validly signed by a P-256 key of the forger. */
function raw(write: (said: { header: object; claims: object }) => { header: unknown; claims: unknown }): Forgery {
  return ({ world, request }) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const said = write({ header: { typ: 'dpop+jwt', alg: 'ES256', jwk }, claims: proofClaims(world, request) });
    const input = `${base64url.encode(text(said.header))}.${base64url.encode(text(said.claims))}`;
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${input}.${base64url.encode(signature)}`;
  };
}
const withPayload = (write: (claims: object) => unknown) =>
  raw(({ header: said, claims }) => ({ header: said, claims: write(claims) }));
const withHeader = (write: (said: object) => unknown) =>
  raw(({ header: said, claims }) => ({ header: write(said), claims }));

function unsigned(alg: unknown): Forgery {
  return ({ world, key, request }) => {
    const said = text({ typ: 'dpop+jwt', alg, jwk: key.jwk });
    return `${base64url.encode(said)}.${base64url.encode(text(proofClaims(world, request)))}.`;
  };
}

/** A proof with a valid signature by a key that is too weak or of a kind that is not accepted. */
function signedBy(alg: string, pair: () => { publicKey: JsonWebKey; sign: (input: Buffer) => Buffer }): Forgery {
  return ({ world, request }) => {
    const { publicKey: jwk, sign: signer } = pair();
    const head = base64url.encode(text({ typ: 'dpop+jwt', alg, jwk }));
    const input = `${head}.${base64url.encode(text(proofClaims(world, request)))}`;
    return `${input}.${base64url.encode(signer(Buffer.from(input)))}`;
  };
}
const rsa = (modulusLength: number, publicExponent = 65_537) => {
  const pair = generateKeyPairSync('rsa', { modulusLength, publicExponent });
  return {
    publicKey: pair.publicKey.export({ format: 'jwk' }),
    sign: (input: Buffer) => sign('sha256', input, pair.privateKey),
  };
};

/** E7: proofs for the right request that are refused at every endpoint. */
export const proofForgeries: Readonly<Record<string, Forgery>> = {
  'no JWT at all': () => 'proof',
  'two proofs in one header': async ({ world, key, request }) =>
    `${await signProof(world, key, request)}, ${await signProof(world, key, request)}`,
  'no typ': header('typ', () => undefined),
  'typ JWT': header('typ', () => 'JWT'),
  'typ at+jwt': header('typ', () => 'at+jwt'),
  ...Object.fromEntries(
    ['none', 'nOnE', 'NONE', '', null, 256, ['ES256']].map((alg) => [`alg ${text(alg)}`, unsigned(alg)]),
  ),
  'no alg': withHeader(({ ...said }) => ({ ...said, alg: undefined })),
  'alg in small letters': withHeader((said) => ({ ...said, alg: 'es256' })),
  'alg of another kind of key': withHeader((said) => ({ ...said, alg: 'RS256' })),
  'HS256 with the public key': ({ world, key, request }) => {
    const head = base64url.encode(text({ typ: 'dpop+jwt', alg: 'HS256', jwk: key.jwk }));
    const input = `${head}.${base64url.encode(text(proofClaims(world, request)))}`;
    return `${input}.${createHmac('sha256', text(key.jwk)).update(input).digest('base64url')}`;
  },
  'a symmetric key': ({ world, request }) => {
    const jwk = { kty: 'oct', k: 'AAAA' };
    const head = base64url.encode(text({ typ: 'dpop+jwt', alg: 'HS256', jwk }));
    const input = `${head}.${base64url.encode(text(proofClaims(world, request)))}`;
    return `${input}.${createHmac('sha256', Buffer.from('AAAA', 'base64url')).update(input).digest('base64url')}`;
  },
  'no jwk': header('jwk', () => undefined),
  'a private jwk': header('jwk', ({ key }) => ({ ...key.jwk, d: key.jwk.x })),
  'jwk as text': withHeader((said) => ({ ...said, jwk: 'key' })),
  'jwk of somebody else': header('jwk', ({ other }) => other.jwk),
  'a point off the curve': header('jwk', ({ key }) => ({ ...key.jwk, y: key.jwk.x })),
  'a kid and no jwk': change(({ key }) => ({ header: { jwk: undefined, kid: key.thumbprint } })),
  'RSA of 1024 bits': signedBy('RS256', () => rsa(1_024)),
  'RSA of 8192 bits': () =>
    `${base64url.encode(text({ typ: 'dpop+jwt', alg: 'RS256', jwk: { kty: 'RSA', e: 'AQAB', n: 'x'.repeat(1_366) } }))}.e30.AAAA`,
  'RSA with the exponent 3': signedBy('RS256', () => rsa(2_048, 3)),
  'P-384': signedBy('ES384', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return { publicKey: pair.publicKey.export({ format: 'jwk' }), sign: (input) => sign('sha384', input, key) };
  }),
  crit: withHeader((said) => ({ ...said, crit: ['exp'], exp: 1 })),
  ...Object.fromEntries(['jti', 'htm', 'htu', 'iat'].map((name) => [`no ${name}`, claim(name, () => undefined)])),
  'an empty jti': claim('jti', () => ''),
  'jti as a number': claim('jti', () => 1),
  'htm of another method': claim('htm', ({ request }) => (request.method === 'POST' ? 'GET' : 'POST')),
  'htm in small letters': claim('htm', ({ request }) => request.method.toLowerCase()),
  'htu of another host': claim('htu', ({ request }) => request.url.replace(/\/\/[^/]+/, '//other.example.com')),
  'htu of another path': claim('htu', ({ request }) => `${request.url}/more`),
  'htu with a slash at its end': claim('htu', ({ request }) => `${request.url}/`),
  'htu with https for http': claim('htu', ({ request }) => request.url.replace('http:', 'https:')),
  'htu with a user': claim('htu', ({ request }) => request.url.replace('//', '//user@')),
  'htu as a path': claim('htu', ({ request }) => new URL(request.url).pathname),
  'htu with a broken escape': claim('htu', ({ request }) => `${request.url}%zz`),
  'iat an hour ago': iat(-3_600),
  'iat a minute ago': iat(-60),
  'iat in an hour': iat(3_600),
  'iat in more than half a minute': iat(31),
  'iat as text': claim('iat', () => 'now'),
  'iat 1e300': claim('iat', () => 1e300),
  'a claim that comes twice': withPayload((claims) => text(claims).replace('{', '{"htm":"PUT",')),
  'a payload that is null': withPayload(() => 'null'),
  'a payload that is not JSON': withPayload(() => '{"jti":'),
  'a header member that comes twice': withHeader((said) => text(said).replace('{', '{"alg":"ES256",')),
  'a signature by somebody else': ({ world, key, other, request }) =>
    signProof(world, { ...other, jwk: key.jwk }, request),
  'another payload under the signature': respelled((proof) => proof.replace(/\..*\./, '.e30.')),
  'no signature': respelled((proof) => proof.slice(0, proof.lastIndexOf('.') + 1)),
  'a padded signature': respelled((proof) => `${proof}==`),
  'four parts': respelled((proof) => `${proof}.e30`),
  'an encrypted JWT': ({ world, key, request }) =>
    new CompactEncrypt(new TextEncoder().encode(text(proofClaims(world, request))))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', typ: 'dpop+jwt', jwk: key.jwk })
      .encrypt(createPublicKey({ key: key.jwk as JsonWebKey, format: 'jwk' })),
  'more than four kilobytes': claim('padding', () => 'x'.repeat(3_000)),
};
