import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { Agent } from 'node:https';
import { type JWTPayload, SignJWT } from 'jose';
import { serveEveryHost } from './every-host.ts';

/** The platform of a test, in the place of GitHub and others. */
export const ISSUER = 'https://issuer.example.com';
const CONFIGURATION = '/.well-known/openid-configuration';
const KEYS = '/keys';
const KID = 'first';

/** The answer of one path. */
export interface IssuerAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly location?: string;
  /** An object as JSON; undefined for no answer at all. */
  readonly body?: object | string | undefined;
}

/** An issuer by HTTPS on this machine, with one key of each kind. */
export interface LocalIssuer {
  /** Connects to it under every host name. */
  readonly agent: Agent;
  /** The paths that were asked for, in order. */
  readonly requests: string[];
  /** Answers by path; tests change them. */
  readonly answers: Map<string, IssuerAnswer>;
  readonly publicJwks: readonly Readonly<Record<string, string>>[];
  readonly privateKeys: Readonly<Record<string, KeyObject>>;
  readonly close: () => Promise<void>;
}

/** Public and private half of a key of this algorithm. */
export function issuerKey(algorithm: string, kid: string = KID) {
  const { publicKey, privateKey } = generate(algorithm);
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  return { jwk: { ...jwk, kid, alg: algorithm, use: 'sig' }, privateKey };
}

function generate(algorithm: string) {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

/** Starts the issuer on a free port. */
export async function startLocalIssuer(): Promise<LocalIssuer> {
  const kinds = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
  const made = kinds.map((algorithm) => [algorithm, issuerKey(algorithm, `key-${algorithm}`)] as const);
  const publicJwks = made.map(([, { jwk }]) => jwk);
  const answers = new Map<string, IssuerAnswer>([
    [CONFIGURATION, { body: { issuer: ISSUER, jwks_uri: ISSUER + KEYS } }],
    [KEYS, { body: { keys: publicJwks } }],
  ]);
  const requests: string[] = [];
  const host = await serveEveryHost(['*.example.com'], ({ url = '' }, response) => {
    requests.push(url);
    const { status = 200, type = 'application/json', location, body } = answers.get(url) ?? { status: 404, body: '' };
    if (body === undefined) return;
    response.writeHead(status, { 'content-type': type, ...(location && { location }) });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return {
    ...host,
    requests,
    answers,
    publicJwks,
    privateKeys: Object.fromEntries(made.map(([algorithm, { privateKey }]) => [algorithm, privateKey])),
  };
}

/** The changes to a valid token; a member that is undefined is left out. */
export interface WorkloadTokenChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The claims of a token as GitHub Actions gives them. */
export function workloadClaims(audience: string, nowSeconds: number): JWTPayload {
  return {
    iss: ISSUER,
    aud: audience,
    sub: 'repo:acme/api:ref:refs/heads/main',
    repository: 'acme/api',
    iat: nowSeconds,
    nbf: nowSeconds - 10,
    exp: nowSeconds + 300,
    jti: randomUUID(),
  };
}

/** A token by this key. */
export function signWorkloadToken(
  { algorithm, kid = `key-${algorithm}`, key }: { algorithm: string; kid?: string; key: KeyObject },
  claims: JWTPayload,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT', ...header }).sign(key);
}
