import type { Caller } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import {
  type ClientPorts,
  type GrantPorts,
  recogniseClient,
  recogniseHolder,
} from '#shared/domain/authentication/recognise.ts';
import { authenticateManager, type ManagerPorts } from '#shared/domain/checks/authenticate-manager.ts';
import { subjectId } from '#shared/domain/records/client.ts';
import type { Incoming } from '../request/incoming.ts';
import { isTokenScheme, readAccessToken } from './bearer.ts';
import { assertNoClientCredentials } from './credentials.ts';
import { presentedClient, presentedGrant } from './presented-client.ts';
import { type Origins, presentedProof } from './presented-proof.ts';

/** The ports of all kinds of callers together. */
export type CallerPorts = ClientPorts & GrantPorts & ManagerPorts & Origins;

/** One function for each kind of caller, with the ports that it needs. */
const recognisers = {
  client: (incoming: Incoming, ports: ClientPorts) =>
    recogniseClient({ source: incoming.source, read: () => presentedClient(incoming) }, ports),
  grant: (incoming: Incoming, ports: GrantPorts) =>
    recogniseHolder({ source: incoming.source, read: () => presentedGrant(incoming) }, ports),
  manager: async (incoming: Incoming, ports: ManagerPorts & Origins) => {
    const { certificate } = incoming;
    const proof = presentedProof(incoming, ports);
    return authenticateManager({ ...readAccessToken(incoming), proof, certificate }, ports);
  },
};

/**
 * Recognises the caller as the API table asks.
 * @throws DomainError as `recogniseClient`, `recogniseHolder` and `authenticateManager` do
 */
export async function authenticate(
  incoming: Incoming,
  caller: Caller,
  ports: CallerPorts,
): Promise<Incoming['caller']> {
  if (caller === 'anyone') return undefined;
  if (typeof caller === 'string') return recognisers[caller](incoming, ports);
  if ('permission' in caller) return recognisers.manager(incoming, ports);
  if (!isTokenScheme(incoming.headers.authorization)) return recognisers.client(incoming, ports);
  assertNoClientCredentials(incoming);
  return recognisers.manager(incoming, ports);
}

/** The permission that a management token needs on such a route. */
export function permissionOf(caller: Caller): SystemPermission | undefined {
  if (typeof caller === 'string') return undefined;
  return 'permission' in caller ? caller.permission : caller.clientOrPermission;
}

/** Whether a caller came with a management token, not with client credentials. */
export function isManager(caller: Incoming['caller']): caller is ManagementCaller {
  return caller !== undefined && 'clientId' in caller;
}

/** Who this is, for log and audit lines. */
export function identityOf({ caller }: Incoming): { clientId: string; subject: string } {
  if (caller === undefined) return { clientId: '', subject: '' };
  if (isManager(caller)) return { clientId: caller.clientId, subject: caller.subject };
  return { clientId: caller.client.id, subject: subjectId(caller.client) };
}

/** The tenant that the caller is bound to; undefined for applications of the workspace, and before anybody is known. */
export function tenantOf({ caller }: Incoming): string | undefined {
  if (caller === undefined) return undefined;
  if (!('client' in caller)) return caller.tenantId;
  const { subject } = caller.client;
  return subject.type === 'application' ? undefined : subject.tenantId;
}
