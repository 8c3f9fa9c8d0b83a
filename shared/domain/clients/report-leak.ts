import { isAdministrator } from '../access/administrator.ts';
import type { Clock } from '../ambient.ts';
import { leakReportLimits, withinLimits } from '../authentication/attempt-limits.ts';
import type { FailureCounter } from '../authentication/ports.ts';
import { hasLastingSecret } from '../directory/administrator.ts';
import { DomainError, type ErrorCode, unavailable } from '../errors.ts';
import type { Pepper } from '../keys/ports.ts';
import { type ClientChanger, changeClient } from '../records/change-record.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { RecordReader } from '../records/look.ts';
import { liveSecrets, withSecretEnded, withTokensRevoked } from '../registration/client-secrets.ts';
import { isGenuine, parseSecret } from '../registration/secret.ts';
import type { TokenClaims } from '../tokens/claims.ts';
import { revokeFamily } from '../tokens/family-roster.ts';
import { findFamily } from '../tokens/live-family.ts';
import { verifiedClaims } from '../tokens/live-token.ts';
import type { Revocations, TokenVerifier } from '../tokens/ports.ts';
import { readRefreshToken } from '../tokens/refresh-token.ts';
import { isTokenRevoked } from '../tokens/token-dependencies.ts';

/**
 * A report of a leaked credential. `clientId` is its client, if the reporter knows it; `source` is the reporter's
 * address.
 */
export interface LeakReport {
  readonly credential: string;
  readonly clientId?: string | undefined;
  readonly source: string;
}

interface Ports {
  readonly verifier: TokenVerifier;
  readonly pepper: Pepper;
  readonly records: RecordReader;
  readonly failures: FailureCounter;
  readonly revocations: Revocations;
  readonly clientChanger: ClientChanger;
  readonly clock: Clock;
}

type Target = Readonly<Record<string, string>>;

/** An active credential that was reported. `target` names it in the audit log. */
interface Leaked {
  readonly target: Target;
  /** Ends the credential. If it must stay, the result says why. */
  readonly end: () => Promise<ErrorCode | undefined>;
}

/**
 * Ends a credential that has leaked (Q10). An access token is revoked, and a refresh token with its family. The client
 * of a long-lived token is disabled. A secret ends with every access token of its client. The signature or the seal
 * shows without a read whether Mintmark made the credential. An inactive credential stays as it is. Only `noteAttempt`
 * learns whether the credential was active. The result is `conflict` for the administrator's last secret without
 * expiry: this secret stays, because otherwise a leak could lock the administrator out.
 * @throws DomainError `rate_limited` for a source that repeatedly reports inactive credentials;
 * `temporarily_unavailable`
 */
export async function endLeaked(
  report: LeakReport,
  noteAttempt: (target: Target) => Promise<void>,
  ports: Ports,
): Promise<ErrorCode | undefined> {
  const leaked = await withinLimits(leakReportLimits(report.source), () => findLeaked(report, ports), ports);
  if (leaked === undefined) return undefined;
  await noteAttempt(leaked.target);
  return leaked.end();
}

async function findLeaked({ credential, clientId }: LeakReport, ports: Ports): Promise<Leaked | undefined> {
  const claims = await verifiedClaims(credential, ports);
  if (claims !== undefined) {
    return claims.scope === undefined ? findLongLivedToken(claims, ports) : findAccessToken(claims, ports);
  }
  const refreshToken = await findRefreshToken(credential, ports);
  if (refreshToken !== undefined || clientId === undefined) return refreshToken;
  return findSecret(credential, clientId, ports);
}

async function findAccessToken(claims: TokenClaims, { records, revocations }: Ports): Promise<Leaked | undefined> {
  const { jti, client_id: clientId, exp } = claims;
  if (exp === undefined || (await isTokenRevoked(claims, records.open(`token of ${clientId}`)))) return undefined;
  const end = () => revocations.revoke(jti, exp).then(() => undefined);
  return { target: { clientId, tokenId: jti }, end };
}

/** Finds a long-lived token. To end it, its client is disabled and not deleted, so that the owner sees it. */
async function findLongLivedToken(
  { jti, client_id: clientId }: TokenClaims,
  ports: Ports,
): Promise<Leaked | undefined> {
  const client = await ports.records.open(clientId).client(clientId);
  if (client?.accessToken?.tokenId !== jti || !isLive(client, ports.clock.nowSeconds())) return undefined;
  const disable = (before: Client): Client => ({ ...before, status: 'disabled' });
  const end = () => changeUnlessDeleted(clientId, ports, disable).then(() => undefined);
  return { target: { clientId, tokenId: jti }, end };
}

async function findRefreshToken(text: string, ports: Ports): Promise<Leaked | undefined> {
  const presented = await readRefreshToken(text, ports.pepper);
  if (presented === undefined) return undefined;
  const { familyId } = presented;
  const family = await findFamily(familyId, ports.records.open(`refresh tokens of ${familyId}`), ports);
  if (family === undefined) return undefined;
  const end = () => revokeFamily(family, ports).then(() => undefined);
  return { target: { clientId: family.clientId, tokenId: familyId }, end };
}

async function findSecret(text: string, clientId: string, ports: Ports): Promise<Leaked | undefined> {
  const parts = parseSecret(text);
  if (parts === undefined || !(await isGenuine(clientId, parts, ports.pepper))) return undefined;
  const { selector } = parts;
  const client = await ports.records.open(clientId).client(clientId);
  const live = client === undefined ? [] : liveSecrets(client, ports.clock.nowSeconds());
  if (client === undefined || !live.some((stored) => stored.selector === selector)) return undefined;
  return { target: { clientId, secretId: selector }, end: () => endSecret(client, selector, ports) };
}

async function endSecret({ id }: Client, selector: string, ports: Ports): Promise<ErrorCode | undefined> {
  const now = () => ports.clock.nowSeconds();
  const isLastingRequired = await isAdministrator(id, ports.records.open(id));
  let mustStay = false;
  const ended = await changeUnlessDeleted(id, ports, (before) => {
    const after = withSecretEnded(before, selector, now());
    mustStay = isLastingRequired && !hasLastingSecret(after, now());
    return mustStay ? undefined : after;
  });
  if (mustStay) return 'conflict';
  // A client may have authenticated with the secret in the second of the write. Tokens from that second must end, too.
  if (ended === undefined || now() < (ended.revokedBeforeSeconds ?? 0)) return undefined;
  await changeUnlessDeleted(id, ports, (before) => withTokensRevoked(before, now()));
  return undefined;
}

/**
 * Changes a client. The result is undefined if `change` returns undefined, and if the client is deleted meanwhile: then
 * all its credentials have ended.
 * @throws DomainError `temporarily_unavailable` if other changes kept winning. The credential is still active then, and
 * a new report may end it.
 */
async function changeUnlessDeleted(
  clientId: string,
  ports: Ports,
  change: (before: Client) => Client | undefined,
): Promise<Client | undefined> {
  try {
    return await changeClient({ clientId, change }, ports);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'not_found') return undefined;
    throw error.code === 'conflict' ? unavailable(error) : error;
  }
}
