import { assertHolds, type ManagementCaller } from '../access/authority.ts';
import { findApi } from '../access/entitlement.ts';
import { DomainError, notFound } from '../errors.ts';
import { expectSigningKeys } from '../keys/signing-keys.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { apiRecordKey, grantKey, SYSTEM_API_ID } from '../records/permissions.ts';
import { CLIENT_CREDENTIALS } from '../records/registration.ts';
import { expectSettings } from '../records/settings.ts';
import { assertMayUse } from '../registration/registration.ts';
import { decideAccess } from './decide-access.ts';
import { type IssuedToken, type IssuePorts, issueAccessToken } from './issue-access-token.ts';

/** The lifetime of a test token: long enough for one call of the API, and too short for real work. */
const TEST_LIFETIME_SECONDS = 60;

interface Ports extends IssuePorts {
  readonly defaultAudience: string | undefined;
  readonly records: RecordReader;
}

/** A test of an API: as this application, with this scope. */
interface ApiTest {
  readonly apiId: string;
  readonly clientId: string;
  readonly scope?: string | undefined;
}

/**
 * Issues the token that an application would get for an API, without the application's secret. The token is a real
 * token of the application, but lives for a minute at most. A caller with this permission can act as any application at
 * any API except the management API: there the caller must hold every permission that the application has.
 * @throws DomainError `not_found` for an unknown API or application, and for an API that lost its identifier; `conflict`
 * for a disabled or expired application; `forbidden` for permissions of the management API that the caller does not
 * hold; `unauthorized_client`, `invalid_target`, `invalid_scope`, `invalid_dpop_proof` and `invalid_request` as at the
 * token endpoint; `rate_limited`, because the token counts against the quota of the application
 */
export async function testApi(
  caller: ManagementCaller,
  { apiId, clientId, scope }: ApiTest,
  ports: Ports,
): Promise<IssuedToken> {
  const look = ports.records.open(clientId);
  const [api, client] = await Promise.all([look.find(apiRecordKey(apiId)), look.client(clientId)]);
  if (api === undefined || client?.subject.type !== 'application') throw notFound();
  // The settings and keys that `decideAccess` needs travel with the next read.
  expectSettings(look);
  expectSigningKeys(look);
  // The identifier may mean the management API by now, for which another rule holds.
  if ((await findApi(api.identifier, look))?.id !== apiId) throw notFound();
  if (apiId === SYSTEM_API_ID) await assertHoldsGrant(caller, client, look);
  const now = ports.clock.nowSeconds();
  if (!isLive(client, now)) {
    throw new DomainError('conflict', 'The application is disabled or has expired, so it cannot get tokens.');
  }
  const endsAtSeconds = now + TEST_LIFETIME_SECONDS;
  const expiresAtSeconds = Math.min(client.expiresAtSeconds ?? endsAtSeconds, endsAtSeconds);
  assertMayUse(CLIENT_CREDENTIALS, client);
  const holder = { client, look, authenticatedAtSeconds: now, expiresAtSeconds };
  const access = await decideAccess(holder, { audiences: [api.identifier], scope }, ports);
  return issueAccessToken(holder, access, {}, ports);
}

/**
 * Checks the whole grant, even for a smaller scope. Otherwise several tests together could give all its permissions.
 */
async function assertHoldsGrant(caller: ManagementCaller, { id }: Client, look: Look): Promise<void> {
  const grant = await look.find(grantKey(id, SYSTEM_API_ID));
  if (grant !== undefined) assertHolds(caller, grant.permissions);
}
