import type { Clock } from '../ambient.ts';
import { leakReportLimits, withinLimits } from '../authentication/attempt-limits.ts';
import type { FailureCounter } from '../authentication/ports.ts';
import { hasLastingSecret, isAdministrator } from '../directory/administrator.ts';
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

/** Something that somebody found, with the client that it stood beside, and the address that the report came from. */
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

/** A credential that works, and how it ends. */
interface Leaked {
  readonly target: Target;
  /** Answers why it has not ended, where it may not. */
  readonly end: () => Promise<ErrorCode | undefined>;
}

/**
 * Ends a credential that has leaked (Q10): an access token; a refresh token with its family; a JWT of an API token by
 * disabling that; a secret with every access token of its client. What Mintmark did not make is told by signature and
 * seal, without a read, and what has ended already is left as it is; nobody but `noteAttempt` learns which it was.
 * Answers `conflict` for the administrator's last secret that lasts, which stays, or a leak could lock everybody out.
 * @throws DomainError `rate_limited` for a source that keeps reporting what does not work; `temporarily_unavailable`
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
  if (claims !== undefined) return claims.scope === undefined ? longLived(claims, ports) : access(claims, ports);
  return (
    (await refresh(credential, ports)) ?? (clientId === undefined ? undefined : secret(credential, clientId, ports))
  );
}

async function access(claims: TokenClaims, { records, revocations }: Ports): Promise<Leaked | undefined> {
  const { jti, client_id: clientId, exp } = claims;
  if (exp === undefined || (await isTokenRevoked(claims, records.open(`token of ${clientId}`)))) return undefined;
  const end = () => revocations.revoke(jti, exp).then(() => undefined);
  return { target: { clientId, tokenId: jti }, end };
}

/** Its client consists of it, and is disabled rather than deleted, so that the owner finds out. */
async function longLived({ jti, client_id: clientId }: TokenClaims, ports: Ports): Promise<Leaked | undefined> {
  const client = await ports.records.open(clientId).client(clientId);
  if (client?.accessToken?.tokenId !== jti || !isLive(client, ports.clock.nowSeconds())) return undefined;
  const disable = (before: Client): Client => ({ ...before, status: 'disabled' });
  const end = () => changeWhatStands(clientId, ports, disable).then(() => undefined);
  return { target: { clientId, tokenId: jti }, end };
}

async function refresh(text: string, ports: Ports): Promise<Leaked | undefined> {
  const presented = await readRefreshToken(text, ports.pepper);
  if (presented === undefined) return undefined;
  const { familyId } = presented;
  const family = await findFamily(familyId, ports.records.open(`refresh tokens of ${familyId}`), ports);
  if (family === undefined) return undefined;
  const end = () => revokeFamily(family, ports).then(() => undefined);
  return { target: { clientId: family.clientId, tokenId: familyId }, end };
}

async function secret(text: string, clientId: string, ports: Ports): Promise<Leaked | undefined> {
  const parts = parseSecret(text);
  if (parts === undefined || !(await isGenuine(clientId, parts, ports.pepper))) return undefined;
  const { selector } = parts;
  const client = await ports.records.open(clientId).client(clientId);
  const live = client === undefined ? [] : liveSecrets(client, ports.clock.nowSeconds());
  if (client === undefined || !live.some((one) => one.selector === selector)) return undefined;
  return { target: { clientId, secretId: selector }, end: () => endSecret(client, selector, ports) };
}

async function endSecret({ id }: Client, selector: string, ports: Ports): Promise<ErrorCode | undefined> {
  const now = () => ports.clock.nowSeconds();
  const mustLast = await isAdministrator(id, ports);
  let mustStay = false;
  const ended = await changeWhatStands(id, ports, (before) => {
    const after = withSecretEnded(before, selector, now());
    mustStay = mustLast && !hasLastingSecret(after, now());
    return mustStay ? undefined : after;
  });
  if (mustStay) return 'conflict';
  // Who authenticated with the secret in a second that began before it was gone must not keep what that gave.
  if (ended === undefined || now() < (ended.revokedBeforeSeconds ?? 0)) return undefined;
  await changeWhatStands(id, ports, (before) => withTokensRevoked(before, now()));
  return undefined;
}

/**
 * Changes a client, unless somebody deletes it meanwhile: with it, everything of it has ended.
 * @throws DomainError `temporarily_unavailable` where others kept winning: nothing has ended, and a repeat may end it
 */
async function changeWhatStands(
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
