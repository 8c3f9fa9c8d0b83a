import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { base64url } from 'jose';
import { type Platform, platformOf } from '../clients/federated-credentials.ts';
import { ISSUER, type LocalIssuer, signWorkloadToken } from '../elsewhere/local-issuer.ts';
import type { World } from '../world/world.ts';

/** The means of a forger: the platform, and the form of its tokens. */
interface Here {
  readonly world: World;
  readonly issuer: LocalIssuer;
  readonly platform: Platform;
}

type Forgery = (here: Here) => string | Promise<string>;

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KID = 'key-ES256';
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The issuer signs claims that are not trusted. */
const claims =
  (changed: (here: Here, fromNow: (seconds: number) => number) => Readonly<Record<string, unknown>>): Forgery =>
  (here) =>
    here.platform.token({ claims: changed(here, (seconds) => here.world.clock.nowSeconds() + seconds) });
const header =
  (changed: Readonly<Record<string, unknown>>): Forgery =>
  ({ platform }) =>
    platform.token({ header: changed });

/** Exactly this header and payload, validly signed by this key. */
function raw(key: KeyObject | undefined, head: unknown, payload: unknown): string {
  const input = `${base64url.encode(text(head))}.${base64url.encode(text(payload))}`;
  if (key === undefined) return `${input}.${base64url.encode('none')}`;
  return `${input}.${base64url.encode(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`;
}
const rawHeader =
  (head: unknown): Forgery =>
  ({ issuer, platform }) =>
    raw(issuer.privateKeys.ES256, head, platform.claims());
const rawPayload =
  (payload: (good: object) => unknown): Forgery =>
  ({ issuer, platform }) =>
    raw(issuer.privateKeys.ES256, { alg: 'ES256', kid: KID }, payload(platform.claims()));
const respelled =
  (spell: (token: string) => string): Forgery =>
  async ({ platform }) =>
    spell(await platform.token());
const byStranger =
  (changed: Readonly<Record<string, unknown>>): Forgery =>
  ({ platform }) =>
    signWorkloadToken({ algorithm: 'ES256', key: stranger.privateKey }, platform.claims(), changed);

/** Refused by claims, over a valid signature. */
export const workloadClaimForgeries: Readonly<Record<string, Forgery>> = {
  ...Object.fromEntries(
    ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'].map((name) => [`D3: no ${name}`, claims(() => ({ [name]: undefined }))]),
  ),
  'D3: iat as text': claims(() => ({ iat: 'now' })),
  'D3: an empty jti': claims(() => ({ jti: '' })),
  'D5: another issuer': claims(() => ({ iss: 'https://other.example.com' })),
  'D5: an issuer that begins like it': claims(() => ({ iss: `${ISSUER}.evil.example.com` })),
  'D5: the issuer with a slash': claims(() => ({ iss: `${ISSUER}/` })),
  'D5: the issuer in capitals': claims(() => ({ iss: ISSUER.toUpperCase() })),
  'D5: an issuer that looks alike': claims(() => ({ iss: ISSUER.replace('e', '\u0435') })),
  'D5: aud of somebody else': claims(() => ({ aud: 'https://other.example.com' })),
  'D5: aud with a slash': claims(({ world }) => ({ aud: `${world.url}/` })),
  'D5: aud as a list of others': claims(({ world }) => ({ aud: ['other', `${world.url}.example.com`] })),
  'D5: aud as an empty list': claims(() => ({ aud: [] })),
  'D5: aud as an object': claims(({ world }) => ({ aud: { [world.url]: true } })),
  'D6: ended five minutes ago': claims((_here, fromNow) => ({ exp: fromNow(-300) })),
  'D6: lives longer than a day': claims((_here, fromNow) => ({ exp: fromNow(86_401) })),
  'D6: began more than a day ago': claims((_here, fromNow) => ({ iat: fromNow(-86_400), exp: fromNow(60) })),
  'D6: exp 1e300': claims(() => ({ exp: 1e300 })),
  'D7: iat in more than a minute': claims((_here, fromNow) => ({ iat: fromNow(61) })),
  'D7: nbf in more than a minute': claims((_here, fromNow) => ({ nbf: fromNow(61) })),
  'an empty sub': claims(() => ({ sub: '' })),
  'sub of another branch': claims(() => ({ sub: 'repo:acme/api:ref:refs/heads/main2' })),
  'sub in capitals': claims(() => ({ sub: 'repo:Acme/api:ref:refs/heads/main' })),
  'sub that looks alike': claims(() => ({ sub: 'repo:\u0430cme/api:ref:refs/heads/main' })),
  'sub with something invisible': claims(() => ({ sub: 'repo:acme/api:ref:refs/heads/main\u200b' })),
  'sub as a list': claims(() => ({ sub: ['repo:acme/api:ref:refs/heads/main'] })),
};

/** Refused by header, form or key. */
export const workloadTokenForgeries: Readonly<Record<string, Forgery>> = {
  ...Object.fromEntries(
    ['none', 'nOnE', ['ES256'], 256, undefined].map((alg): [string, Forgery] => [
      `D13: alg ${JSON.stringify(alg)}`,
      ({ platform }) => raw(undefined, { alg, kid: KID }, platform.claims()),
    ]),
  ),
  'D13: alg in small letters': rawHeader({ alg: 'es256', kid: KID }),
  'D14: HS256 with the public key': ({ issuer, platform }) => {
    const jwk = issuer.publicJwks.find(({ alg }) => alg === 'ES256') ?? {};
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
    const [head, payload] = raw(undefined, { alg: 'HS256', kid: KID }, platform.claims()).split('.');
    return `${head}.${payload}.${createHmac('sha256', pem).update(`${head}.${payload}`).digest('base64url')}`;
  },
  'D15: an algorithm that is not trusted, by a key of the issuer': ({ world, issuer }) =>
    platformOf(world, issuer, 'RS256').token(),
  'D16: jwk': byStranger({ jwk: stranger.publicKey.export({ format: 'jwk' }) }),
  ...Object.fromEntries(
    ['jku', 'x5u', 'jwk', 'x5c'].map((name) => [
      `D16: ${name} over a good signature`,
      header({ [name]: name === 'x5c' ? ['AAAA'] : 'https://keys.example.com/evil' }),
    ]),
  ),
  'D17: the kid of another key': header({ kid: 'key-RS256' }),
  'D17: a kid that is a path': header({ kid: '../../keys' }),
  'D17: a kid of three kilobytes': header({ kid: 'k'.repeat(3_072) }),
  'D17: a kid that is a list': header({ kid: [KID] }),
  'D18: an extension that must be understood': rawHeader({ alg: 'ES256', kid: KID, crit: ['exp'], exp: 1 }),
  'D18: an unencoded payload': rawHeader({ alg: 'ES256', kid: KID, crit: ['b64'], b64: false }),
  'D19: a claim that comes twice': rawPayload((good) => text(good).replace('{', '{"sub":"repo:evil/api",')),
  'D19: a header member that comes twice': rawHeader(`{"alg":"ES256","alg":"ES256","kid":"${KID}"}`),
  'D19: a payload that is null': rawPayload(() => 'null'),
  'D19: a payload that is a list': rawPayload((good) => [good]),
  'D19: a padded signature': respelled((token) => `${token}==`),
  'D19: a space at its end': respelled((token) => `${token} `),
  'D20: no signature': respelled((token) => token.slice(0, token.lastIndexOf('.') + 1)),
  'D20: JSON serialization': respelled((token) => {
    const [head, payload, signature] = token.split('.');
    return text({ protected: head, payload, signature });
  }),
  'D20: no JWT': () => 'token',
  'D24: the type of an access token': header({ typ: 'at+jwt' }),
  'D24: the type of a logout token': header({ typ: 'logout+jwt' }),
  "D26: a stranger's signature under a known kid": byStranger({}),
};
