import { createHash, randomUUID, type webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Clock } from '#shared/domain/ambient.ts';
import type { Deployment } from '../world/deployment.ts';
import { type Credentials, REPORTS, type Reply } from '../world/world.ts';

/** A key that tokens are bound to. */
export interface ProofKey {
  readonly algorithm: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly jwk: JWK;
  readonly thumbprint: string;
}

interface HasClock {
  readonly clock: Clock;
}

/** A Mintmark whose clock proofs are made by. */
export type ProofSite = Deployment & HasClock;

/** The changes to a valid proof. A member that is undefined is left out. */
export interface ProofChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A new key for proofs (RFC 9449). */
export async function newProofKey(algorithm = 'ES256'): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { algorithm, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

/** A request as its proof names it. */
export interface ProvenRequest {
  readonly method: string;
  readonly url: string;
  readonly nonce?: string;
  readonly token?: string;
}

/** The claims of a proof that is valid now. */
export function proofClaims({ clock }: HasClock, { method, url, nonce, token }: ProvenRequest) {
  const ath = token === undefined ? undefined : createHash('sha256').update(token).digest('base64url');
  return { jti: randomUUID(), htm: method, htu: url, iat: clock.nowSeconds(), nonce, ath };
}

/** A proof as jose writes it. */
export function signProof(
  world: HasClock,
  key: ProofKey,
  request: ProvenRequest,
  { header = {}, claims = {} }: ProofChange = {},
): Promise<string> {
  return new SignJWT({ ...proofClaims(world, request), ...claims })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: key.algorithm, jwk: key.jwk, ...header })
    .sign(key.privateKey);
}

/** The nonce that the token endpoint wants now, from its answer to a proof without one. */
export async function nonceOf(world: ProofSite, key: ProofKey): Promise<string> {
  const proof = await signProof(world, key, { method: 'POST', url: `${world.url}/oauth/token` });
  const { headers } = await exchangeWith(world, world.admin, proof);
  return headers.get('dpop-nonce') ?? '';
}

/** An exchange with this text as its proof. */
export function exchangeWith(
  world: Deployment,
  { clientId, clientSecret }: Credentials,
  proof: string,
  parameters: Record<string, string> = {},
): Promise<Reply> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...parameters };
  return world.send('POST', '/oauth/token', { headers: { dpop: proof }, body: new URLSearchParams(form) });
}

/** A proof that is valid at the token endpoint, except for the change. */
export async function tokenProof(world: ProofSite, key: ProofKey, change: ProofChange = {}): Promise<string> {
  const request = { method: 'POST', url: `${world.url}/oauth/token`, nonce: await nonceOf(world, key) };
  return signProof(world, key, request, change);
}

/** An access token that is bound to the key. */
export async function boundToken(
  world: ProofSite,
  credentials: Credentials,
  key: ProofKey,
  parameters: Record<string, string> = { audience: REPORTS },
): Promise<string> {
  const reply = await exchangeWith(world, credentials, await tokenProof(world, key), parameters);
  if (reply.status !== 200) throw new Error(`The exchange was refused: ${reply.text}`);
  return (reply.body as { access_token: string }).access_token;
}

/** The outcome of an exchange: the type of its token, or the status and code of its refusal. */
export function proofOutcome({ status, body }: Reply): string {
  const { token_type: type, error } = body as { token_type?: string; error?: string };
  return type ?? `${status} ${error}`;
}
