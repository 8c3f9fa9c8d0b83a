import type { Caller } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { tenantOfScope } from '#shared/domain/access/caller-scope.ts';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import {
  type ClientPorts,
  type GrantPorts,
  recogniseClient,
  recogniseHolder,
} from '#shared/domain/authentication/recognise.ts';
import { authenticateManager, type ManagerPorts } from '#shared/domain/checks/authenticate-manager.ts';
import type { PresentedToken } from '#shared/domain/checks/sender-constraint.ts';
import { readingCodeAhead } from '#shared/domain/grants/authorization-code.ts';
import { subjectId, tenantIdOf } from '#shared/domain/records/client.ts';
import type { Incoming } from '../request/incoming.ts';
import { isTokenScheme, readAccessToken } from './bearer.ts';
import { assertNoClientCredentials } from './credentials.ts';
import { presentedClient, presentedGrant } from './presented-client.ts';
import { type Origins, presentedProof } from './presented-proof.ts';

/** The ports that recognise callers of all kinds. */
export type CallerPorts = ClientPorts & GrantPorts & ManagerPorts & Origins;

/** The function that recognises each kind of caller, with its ports. */
const recognisers = {
  client: (incoming: Incoming, ports: ClientPorts) =>
    recogniseClient({ source: incoming.source, read: () => presentedClient(incoming) }, ports),
  grant: (incoming: Incoming, ports: GrantPorts) =>
    recogniseHolder(
      { source: incoming.source, read: () => presentedGrant(incoming) },
      { ...ports, records: readingCodeAhead(incoming.members?.code, ports.records) },
    ),
  manager: async (incoming: Incoming, ports: ManagerPorts & Origins) =>
    authenticateManager(presentedToken(incoming, ports), ports),
};

/** Reads the access token of a request with its proof and certificate. @throws DomainError as `readAccessToken` does */
export function presentedToken(incoming: Incoming, origins: Origins): PresentedToken {
  const { certificate } = incoming;
  return { ...readAccessToken(incoming), proof: presentedProof(incoming, origins), certificate };
}

/**
 * Recognises the caller of a request. The API table says which kind of caller the route takes.
 * @returns undefined for `anyone`, `browser` and `bearer`
 * @throws DomainError as `recogniseClient`, `recogniseHolder` and `authenticateManager` do
 */
export async function authenticate(
  incoming: Incoming,
  caller: Caller,
  ports: CallerPorts,
): Promise<Incoming['caller']> {
  if (caller === 'anyone' || caller === 'browser' || caller === 'bearer') return undefined;
  if (typeof caller === 'string') return recognisers[caller](incoming, ports);
  if ('permission' in caller) return recognisers.manager(incoming, ports);
  if (!isTokenScheme(incoming.headers.authorization)) return recognisers.client(incoming, ports);
  assertNoClientCredentials(incoming);
  return recognisers.manager(incoming, ports);
}

/** The permission that a management token needs on the route; undefined if the route takes no management tokens. */
export function permissionOf(caller: Caller): SystemPermission | undefined {
  if (typeof caller === 'string') return undefined;
  return 'permission' in caller ? caller.permission : caller.clientOrPermission;
}

/** Whether the caller sent a management token, and not client credentials. */
export function isManager(caller: Incoming['caller']): caller is ManagementCaller {
  return caller !== undefined && 'clientId' in caller;
}

/** Client and subject of the caller, for log and audit lines; empty texts if there is no known caller. */
export function identityOf({ caller }: Incoming): { clientId: string; subject: string } {
  if (caller === undefined) return { clientId: '', subject: '' };
  if (isManager(caller)) return { clientId: caller.clientId, subject: caller.subject };
  return { clientId: caller.client.id, subject: subjectId(caller.client) };
}

/** The tenant that the caller is bound to, for log lines; undefined outside tenants, and without a known caller. */
export function tenantOf({ caller }: Incoming): string | undefined {
  if (caller === undefined) return undefined;
  if (!('client' in caller)) return tenantOfScope(caller.scope);
  return tenantIdOf(caller.client);
}
