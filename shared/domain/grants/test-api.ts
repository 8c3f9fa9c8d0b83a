import { assertHolds, type ManagementCaller } from '../access/authority.ts';
import { DomainError, notFound } from '../errors.ts';
import type { Client } from '../records/client.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { apiRecordKey, grantKey, SYSTEM_API_ID } from '../records/permissions.ts';
import { CLIENT_CREDENTIALS } from '../records/registration.ts';
import { assertMayUse } from '../registration/registration.ts';
import { decideAccess } from './decide-access.ts';
import { type IssuedToken, type IssuePorts, issueAccessToken } from './issue-access-token.ts';

/** Long enough for one call of the API, too short to work with. */
const TEST_LIFETIME_SECONDS = 60;

interface Ports extends IssuePorts {
  readonly defaultAudience: string | undefined;
  readonly records: RecordReader;
}

/** Which application tries which API, asking for what. */
interface ApiTest {
  readonly apiId: string;
  readonly clientId: string;
  readonly scope?: string | undefined;
}

/**
 * Makes the exchange that an application would make at an API, without its secret. The token is a real one of the
 * application, though for a minute at most: at other APIs that is what a test is for, and whoever may do this acts for
 * every application there. At the management API nobody gets by it what they do not hold themselves.
 * @throws DomainError `not_found` for the API and for what is no application, `conflict` for a disabled or expired one,
 * `forbidden`, `unauthorized_client`, `invalid_target`, `invalid_scope` or, where the API takes bound tokens only,
 * `invalid_dpop_proof` or `invalid_request` as the exchange does; `rate_limited`, because it counts as one of the
 * application's tokens
 */
export async function testApi(
  caller: ManagementCaller,
  { apiId, clientId, scope }: ApiTest,
  ports: Ports,
): Promise<IssuedToken> {
  const look = ports.records.open(clientId);
  const [api, client] = await Promise.all([look.find(apiRecordKey(apiId)), look.client(clientId)]);
  if (api === undefined || client?.subject.type !== 'application') throw notFound();
  if (apiId === SYSTEM_API_ID) await assertHoldsGrant(caller, client, look);
  const now = ports.clock.nowSeconds();
  if (!isLive(client, now)) {
    throw new DomainError('conflict', 'The application is disabled or has expired: no exchange of it succeeds.');
  }
  const endsAtSeconds = now + TEST_LIFETIME_SECONDS;
  const expiresAtSeconds = Math.min(client.expiresAtSeconds ?? endsAtSeconds, endsAtSeconds);
  assertMayUse(CLIENT_CREDENTIALS, client);
  const holder = { client, look, authenticatedAtSeconds: now, expiresAtSeconds };
  const access = await decideAccess(holder, { audiences: [api.identifier], scope }, ports);
  return issueAccessToken(holder, access, {}, ports);
}

/** All of it, also where the test asks for less: the application itself could ask for the rest. */
async function assertHoldsGrant(caller: ManagementCaller, { id }: Client, look: Look): Promise<void> {
  const grant = await look.find(grantKey(id, SYSTEM_API_ID));
  if (grant !== undefined) assertHolds(caller, grant.permissions);
}
