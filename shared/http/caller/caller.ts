import type { Caller } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { countFailure, refusalLimits } from '#shared/domain/authentication/attempt-limits.ts';
import { type Assertion, authenticateAssertion } from '#shared/domain/authentication/authenticate-assertion.ts';
import { authenticateCertificate } from '#shared/domain/authentication/authenticate-certificate.ts';
import { type AuthenticatedClient, authenticateClient } from '#shared/domain/authentication/authenticate-client.ts';
import { authenticatePublicClient } from '#shared/domain/authentication/authenticate-public-client.ts';
import { authenticateWorkload, isWorkloadToken } from '#shared/domain/authentication/authenticate-workload.ts';
import { authenticateManager } from '#shared/domain/checks/authenticate-manager.ts';
import { DomainError } from '#shared/domain/errors.ts';
import { subjectId } from '#shared/domain/records/client.ts';
import type { ClientProof } from '#shared/domain/registration/authentication-methods.ts';
import type { Incoming } from '../request/incoming.ts';
import { readAssertionGrant, readClientAssertion } from './assertions.ts';
import { isTokenScheme, readAccessToken } from './bearer.ts';
import type { CallerPorts } from './caller-ports.ts';
import { claimedClientId } from './claimed-client.ts';
import { assertNoClientCredentials, clientProof, readCredentials } from './credentials.ts';
import { presentedProof } from './presented-proof.ts';

/**
 * Recognises the caller as the API table asks.
 * @throws DomainError as the use cases `authenticateClient`, `authenticateAssertion`, `authenticateCertificate`,
 * `authenticatePublicClient`, `authenticateWorkload` and `authenticateManager` do
 */
export async function authenticate(
  incoming: Incoming,
  caller: Caller,
  ports: CallerPorts,
): Promise<Incoming['caller']> {
  if (caller === 'anyone') return undefined;
  if (caller === 'client') return slowedDown(incoming, () => client(incoming, ports), ports);
  if (caller === 'grant') return slowedDown(incoming, () => holder(incoming, ports), ports);
  if ('permission' in caller) return manager(incoming, ports);
  if (!isTokenScheme(incoming.headers.authorization)) {
    return slowedDown(incoming, () => client(incoming, ports), ports);
  }
  assertNoClientCredentials(incoming);
  return manager(incoming, ports);
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

/** Whoever is refused too often is told to wait, whichever way it is that they authenticate. */
async function slowedDown(
  incoming: Incoming,
  recognise: () => Promise<AuthenticatedClient>,
  { failures, clock, assertionVerifier }: CallerPorts,
): Promise<AuthenticatedClient> {
  if (!failures || !assertionVerifier) throw ungranted();
  try {
    return await recognise();
  } catch (refusal) {
    if (isRefusal(refusal)) {
      const clientId = claimedClientId(incoming, { assertionVerifier });
      await countFailure(refusalLimits(clientId, incoming.source), { failures, clock });
    }
    throw refusal;
  }
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof DomainError && (thrown.code === 'invalid_client' || thrown.code === 'invalid_grant');
}

/** Whoever holds a grant: an assertion may be all of it, every other grant takes a client with credentials. */
async function holder(incoming: Incoming, ports: CallerPorts) {
  const grant = readAssertionGrant(incoming);
  if (grant === undefined) return client(incoming, ports);
  const { clock, records, assertionVerifier, assertionMemory, workloadTokens } = ports;
  if (!records || !assertionVerifier || !assertionMemory || !workloadTokens) throw ungranted();
  if (!isWorkloadToken(grant, { assertionVerifier })) return signer(grant, ports);
  return authenticateWorkload(grant, { records, workloadTokens, assertionMemory, clock });
}

/** How clients are recognised, by what they show; whether that is what they are registered with, each sees to. */
const recognisers: Readonly<
  Record<ClientProof, (incoming: Incoming, ports: CallerPorts) => Promise<AuthenticatedClient>>
> = {
  secret: async (incoming, ports) => {
    const { records, hasher, pepper, failures, importedSecrets, clock } = ports;
    if (!records || !hasher || !pepper || !failures) throw ungranted();
    const attempt = { readings: readCredentials(incoming), source: incoming.source };
    return authenticateClient(attempt, { records, hasher, pepper, failures, importedSecrets, clock });
  },
  assertion: async (incoming, ports) => signer(readClientAssertion(incoming), ports),
  certificate: async ({ members = {}, certificate }, { certificates, clock, records, certificateVerifier }) => {
    if (!records || !certificateVerifier) throw ungranted();
    const introduction = { clientId: String(members.client_id), certificate };
    return authenticateCertificate(introduction, { records, certificates, certificateVerifier, clock });
  },
  none: async ({ members = {} }, { clock, records }) => {
    if (!records) throw ungranted();
    return authenticatePublicClient(String(members.client_id), { records, clock });
  },
};

/** The one way in which clients authenticate, at every endpoint (B25). */
function client(incoming: Incoming, ports: CallerPorts): Promise<AuthenticatedClient> {
  return recognisers[clientProof(incoming)](incoming, ports);
}

function signer(assertion: Assertion, ports: CallerPorts) {
  const { issuer, clock, records, assertionVerifier, assertionMemory } = ports;
  if (!records || !assertionVerifier || !assertionMemory) throw ungranted();
  return authenticateAssertion(assertion, { issuer, records, assertionVerifier, assertionMemory, clock });
}

function manager(incoming: Incoming, ports: CallerPorts) {
  const { issuer, certificates, clock, records, verifier, proofVerifier, proofMemory } = ports;
  if (!records || !verifier || !proofVerifier || !proofMemory) throw ungranted();
  const { certificate } = incoming;
  const proof = presentedProof(incoming, ports);
  const presented = { ...readAccessToken(incoming), proof, certificate };
  return authenticateManager(presented, {
    issuer,
    records,
    verifier,
    proofVerifier,
    proofMemory,
    certificates,
    clock,
  });
}

/** Unreachable through `lambdaTable`, which refuses such a table to compile. */
function ungranted(): Error {
  return new Error('The table lacks a grant that its callers need.');
}
