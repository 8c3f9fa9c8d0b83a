import { createPrivateKey, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '#shared/domain/ambient.ts';
import { scopeOrRefusal } from '../ask/scope-or-refusal.ts';
import type { Deployment, Reply } from '../world/deployment.ts';
import { REPORTS } from '../world/world.ts';
import { createAt } from './service-users.ts';

/** The grant type of a signed assertion (RFC 7523 §2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The type of a client assertion (RFC 7523 §2.2). */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A key that signs assertions, and the subject of these assertions. */
export interface AssertionKey {
  readonly kid: string;
  readonly principalId: string;
  readonly algorithm: string;
  /** PKCS#8, PEM. */
  readonly privateKey: string;
}

/** The answer to the creation of a key pair by Mintmark. */
export interface KeyFile extends AssertionKey {
  readonly algorithm: 'RS256' | 'ES256';
}

/** The changes to a valid assertion. A member that is undefined is left out. */
export interface AssertionChange {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A new key of the service user at this path. ES256 is quickly made. */
export function createServiceUserKey(world: Deployment, path: string, body: object = {}): Promise<KeyFile> {
  return createAt(world, `${path}/keys`, { title: 'of a test', algorithm: 'ES256', ...body });
}

/** The audience of an assertion, and the clock by which it is valid. */
export type HereAndNow = Pick<Deployment, 'url'> & { readonly clock: Clock };

/** The claims of an assertion that is valid now, about the service user itself. */
export function assertionClaims(
  { url, clock }: HereAndNow,
  { principalId }: AssertionKey,
): JWTPayload & { exp: number } {
  const iat = clock.nowSeconds();
  return { iss: principalId, sub: principalId, aud: url, exp: iat + 60, iat, jti: randomUUID() };
}

/** An assertion by this key, as jose writes it; about the service user of a key file, else about the client. */
export async function signAssertion(
  here: HereAndNow,
  key: AssertionKey,
  change: AssertionChange = {},
): Promise<string> {
  const header = { alg: key.algorithm, kid: key.kid, typ: 'JWT', ...change.header };
  return new SignJWT({ ...assertionClaims(here, key), ...change.claims })
    .setProtectedHeader(header)
    .sign(createPrivateKey(key.privateKey));
}

/** Trades an assertion for an access token (RFC 7523 §2.1). */
export function exchangeAssertion(
  world: Deployment,
  assertion: string,
  parameters: Record<string, string> = {},
): Promise<Reply> {
  return world.post('/oauth/token', undefined, { grant_type: JWT_BEARER, assertion, audience: REPORTS, ...parameters });
}

/** The outcome of an exchange with a key: the scope, or the status and code of the refusal. */
export async function keyOutcome(
  world: Deployment & HereAndNow,
  key: AssertionKey,
  change: AssertionChange = {},
): Promise<string> {
  return scopeOrRefusal(await exchangeAssertion(world, await signAssertion(world, key, change)));
}

/** The members with which a client authenticates by assertion (RFC 7523 §2.2). */
export async function clientAssertion(world: HereAndNow, key: KeyFile, change: AssertionChange = {}) {
  const claims = { iss: key.kid, sub: key.kid, ...change.claims };
  const assertion = await signAssertion(world, key, { ...change, claims });
  return { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: assertion };
}
