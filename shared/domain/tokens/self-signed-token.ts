import { allowedPermissions, findApi } from '../access/entitlement.ts';
import { standingOf } from '../access/standing.ts';
import type { Clock } from '../ambient.ts';
import { ASSERTION_LIFETIME_SECONDS_MAX, earliestIssue, isTimely } from '../authentication/assertion.ts';
import { isBoundAsRequired } from '../authentication/confirmation.ts';
import type { AssertionVerifier, UnverifiedAssertion } from '../authentication/ports.ts';
import { isMadeId } from '../ids.ts';
import { type Client, subjectId } from '../records/client.ts';
import { isLive, latestMark } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { API_IDENTIFIER_CHARACTERS_MAX, apiNameKey } from '../records/permissions.ts';
import { settingsIn } from '../records/settings.ts';
import { assertionKeysOf } from '../registration/registration.ts';
import type { LongLivedTokenClaims } from './claims.ts';
import type { LiveToken } from './live-token.ts';

/**
 * JWTs that service users sign for an API themselves, in the place of access tokens: of the type `JWT`, with the key's
 * name as `kid`, the API as their only audience and an hour to live at most. They differ from assertions by the
 * audience, which there is this server, and from every token of ours by type and issuer (RFC 8725 §3.12).
 */

/** Visible ASCII, as it goes into log lines and the context of authorizers. */
const TOKEN_ID = /^[\x21-\x7E]{1,128}$/;

interface Ports {
  readonly issuer: string;
  readonly assertionVerifier: AssertionVerifier;
  readonly clock: Clock;
}

/** Such a JWT, which nobody has verified. */
interface SelfSignedToken extends Omit<UnverifiedAssertion, 'claims'> {
  /** The key's client. */
  readonly keyId: string;
  readonly claims: UnverifiedAssertion['claims'] & { readonly iat: number };
}

/** What a token says that a service user may have signed itself and that holds now; undefined for every other one. */
export function readSelfSignedToken(
  token: string,
  { issuer, assertionVerifier, clock }: Ports,
): SelfSignedToken | undefined {
  const read = assertionVerifier.read(token);
  if (read?.type?.toUpperCase() !== 'JWT' || read.keyId === undefined) return undefined;
  const { keyId, claims } = read;
  const { aud, exp, iat, jti } = claims;
  if (!isMadeId('cli', keyId) || !TOKEN_ID.test(jti) || aud === issuer) return undefined;
  if (aud.length > API_IDENTIFIER_CHARACTERS_MAX) return undefined;
  if (iat === undefined || exp - iat > ASSERTION_LIFETIME_SECONDS_MAX || !isTimely(claims, clock.nowSeconds()))
    return undefined;
  return { ...read, keyId, claims: { ...claims, iat } };
}

/** Names a self-signed token among all that can be revoked: `jti` is its signer's own. */
export function selfSignedTokenId({ keyId, claims }: SelfSignedToken): string {
  return `${keyId}/${claims.jti}`;
}

/** Whether this client's own key signed the token. */
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
 * Looks a self-signed token up, for APIs that accept them: undefined for everything that is not worth anything now.
 */
export async function findSelfSignedToken(
  token: string,
  ports: Ports & { readonly records: RecordReader },
): Promise<LiveToken | undefined> {
  const read = readSelfSignedToken(token, ports);
  if (read === undefined) return undefined;
  const { keyId, claims } = read;
  const look = ports.records.open(`token of ${keyId}`);
  look.expect(apiNameKey(claims.aud));
  const [client, isRevoked] = await Promise.all([look.client(keyId), look.isRevoked(selfSignedTokenId(read))]);
  if (client === undefined || isRevoked || !isLive(client, ports.clock.nowSeconds())) return undefined;
  if (!isAboutItself(read, client)) return undefined;
  return (await isSignedByKeyOf(client, { value: token, read }, ports)) ? worthNow(read, client, look) : undefined;
}

function isAboutItself({ claims: { iss, sub } }: SelfSignedToken, client: Client): boolean {
  return iss === sub && (sub === client.id || sub === subjectId(client));
}

async function worthNow(read: SelfSignedToken, client: Client, look: Look): Promise<LiveToken | undefined> {
  const [standing, api] = await Promise.all([standingOf(client, look), findApi(read.claims.aud, look)]);
  if (standing === undefined || api?.acceptsSelfSignedTokens !== true || !isBoundAsRequired(undefined, api)) {
    return undefined;
  }
  // Dated by the signer's clock: whatever could be used before the mark is worth nothing after it.
  if (earliestIssue(read.claims.iat) < latestMark(standing, await settingsIn(look))) return undefined;
  const permissions = await allowedPermissions(client, standing, api, look);
  if (permissions.length === 0) return undefined;
  return { claims: claimsOf(read, client, standing.tenantId), client, standing, api, permissions, look };
}

/** As for a long-lived token, the records say what it allows. */
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
