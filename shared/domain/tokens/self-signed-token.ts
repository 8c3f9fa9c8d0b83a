import { tenantOfScope } from '../access/caller-scope.ts';
import { allowedPermissions, findApi } from '../access/entitlement.ts';
import { standingOf } from '../access/standing.ts';
import type { Clock } from '../ambient.ts';
import { ASSERTION_LIFETIME_SECONDS_MAX, earliestIssue, isTimely } from '../authentication/assertion.ts';
import { isBoundAsRequired } from '../authentication/confirmation.ts';
import type { AssertionVerifier, UnverifiedAssertion } from '../authentication/ports.ts';
import { isMadeId } from '../ids.ts';
import { type Client, subjectId, tenantIdOf } from '../records/client.ts';
import { isLive, latestMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { API_IDENTIFIER_CHARACTERS_MAX, apiNameKey } from '../records/permissions.ts';
import { settingsIn } from '../records/settings.ts';
import { assertionKeysOf } from '../registration/registration.ts';
import type { LongLivedTokenClaims } from './claims.ts';
import type { LiveToken, MayLearn } from './live-token.ts';

/**
 * JWTs that service users sign for an API themselves, in place of access tokens. Their type is `JWT`, their `kid` is
 * the id of the key's client, the API is their only audience, and they live for an hour at most. They differ from
 * assertions by the audience, because the audience of an assertion is Mintmark. They differ from Mintmark's own tokens
 * by type and issuer (RFC 8725 §3.12).
 */

/** Visible ASCII, because token ids are written into log lines and into the context of authorizers. */
const TOKEN_ID = /^[\x21-\x7E]{1,128}$/;

interface Ports {
  readonly issuer: string;
  readonly assertionVerifier: AssertionVerifier;
  readonly clock: Clock;
}

/** The decoded content of a self-signed token. The signature is not verified yet. */
interface SelfSignedToken extends Omit<UnverifiedAssertion, 'claims'> {
  /** The id of the key's client. */
  readonly keyId: string;
  readonly claims: Omit<UnverifiedAssertion['claims'], 'aud' | 'iat' | 'jti'> & {
    readonly aud: string;
    readonly iat: number;
    readonly jti: string;
  };
}

/**
 * Decodes a self-signed token that is within its lifetime; undefined for every other token. The signature is not
 * verified.
 */
export function readSelfSignedToken(
  token: string,
  { issuer, assertionVerifier, clock }: Ports,
): SelfSignedToken | undefined {
  const read = assertionVerifier.read(token);
  if (read?.type?.toUpperCase() !== 'JWT' || read.keyId === undefined) return undefined;
  const { keyId, claims } = read;
  const { exp, iat, jti = '' } = claims;
  const [aud, ...others] = claims.aud;
  if (!isMadeId('cli', keyId) || !TOKEN_ID.test(jti)) return undefined;
  if (aud === undefined || others.length > 0 || aud === issuer) return undefined;
  if (aud.length > API_IDENTIFIER_CHARACTERS_MAX) return undefined;
  if (iat === undefined || exp - iat > ASSERTION_LIFETIME_SECONDS_MAX || !isTimely(claims, clock.nowSeconds()))
    return undefined;
  return { ...read, keyId, claims: { ...claims, aud, iat, jti } };
}

/**
 * The id by which a self-signed token is revoked. Its `jti` is unique for its signer only, so the client id stands in
 * front.
 */
export function selfSignedTokenId({ keyId, claims }: SelfSignedToken): string {
  return `${keyId}/${claims.jti}`;
}

/** Whether the key of this client signed the token. */
export async function isSignedByKeyOf(
  client: Client,
  { value, read }: { readonly value: string; readonly read: SelfSignedToken },
  { assertionVerifier }: Pick<Ports, 'assertionVerifier'>,
): Promise<boolean> {
  if (client.key === undefined || client.id !== read.keyId) return false;
  const keys = assertionKeysOf(client);
  if (!keys?.algorithms.includes(read.algorithm)) return false;
  return assertionVerifier.isGenuine(value, keys);
}

/**
 * Finds a self-signed token by its text; undefined if it is not active, or if its API does not accept such tokens. With
 * `mayLearn`, undefined also for a token that the party that asks may not learn about.
 */
export async function findSelfSignedToken(
  token: string,
  ports: Ports & { readonly records: RecordReader },
  mayLearn?: MayLearn,
): Promise<LiveToken | undefined> {
  const read = readSelfSignedToken(token, ports);
  if (read === undefined) return undefined;
  const { keyId, claims } = read;
  const look = ports.records.open(`token of ${keyId}`);
  look.expect(apiNameKey(claims.aud));
  const [client, isRevoked] = await Promise.all([look.client(keyId), look.isRevoked(selfSignedTokenId(read))]);
  const inQuestion = { clientId: keyId, audience: claims.aud, tenantId: client && tenantIdOf(client) };
  if (mayLearn !== undefined && !(await mayLearn(inQuestion, look))) return undefined;
  if (client === undefined || isRevoked || !isLive(client, ports.clock.nowSeconds())) return undefined;
  if (!isAboutItself(read, client)) return undefined;
  return (await isSignedByKeyOf(client, { value: token, read }, ports))
    ? liveSelfSignedToken(read, client, look)
    : undefined;
}

function isAboutItself({ claims: { iss, sub } }: SelfSignedToken, client: Client): boolean {
  return iss === sub && (sub === client.id || sub === subjectId(client));
}

async function liveSelfSignedToken(read: SelfSignedToken, client: Client, look: Look): Promise<LiveToken | undefined> {
  const [standing, api] = await Promise.all([standingOf(client, look), findApi(read.claims.aud, look)]);
  if (standing === undefined || api?.acceptsSelfSignedTokens !== true || !isBoundAsRequired(undefined, api)) {
    return undefined;
  }
  // The signer's clock may be ahead: the token may be older than its `iat`, and a revocation must still cover it.
  if (earliestIssue(read.claims.iat) < latestMark(standing, await settingsIn(look))) return undefined;
  // The token may be for an earlier API with this identifier, also if it is from the second of the new API's creation.
  if (Math.floor(read.claims.iat) <= api.createdAtSeconds) return undefined;
  const permissions = await allowedPermissions(client, standing, api, look);
  if (permissions.length === 0) return undefined;
  return { claims: claimsOf(read, client, tenantOfScope(standing.scope)), client, standing, api, permissions, look };
}

/** The claims of a long-lived token, because the records decide what a self-signed token permits, too. */
function claimsOf({ claims }: SelfSignedToken, client: Client, tenantId: string | undefined): LongLivedTokenClaims {
  const { iss, aud, exp, iat, nbf = iat, jti } = claims;
  return {
    iss,
    sub: subjectId(client),
    aud,
    exp: Math.floor(exp),
    iat: Math.floor(iat),
    nbf: Math.floor(Math.max(iat, nbf)),
    jti,
    client_id: client.id,
    ...(tenantId !== undefined && { tenant_id: tenantId }),
  };
}
