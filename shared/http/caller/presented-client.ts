import type { PresentedClient, PresentedGrant } from '#shared/domain/authentication/recognise.ts';
import type { Incoming } from '../request/incoming.ts';
import { readAssertionGrant, readClientAssertion } from './assertions.ts';
import { clientProof, readCredentials } from './credentials.ts';

/**
 * Reads the credentials of the client that sends a request.
 * @throws DomainError as `readCredentials` and `readClientAssertion` do
 */
export function presentedClient(incoming: Incoming): PresentedClient {
  const by = clientProof(incoming);
  if (by === 'secret') return { by, readings: readCredentials(incoming) };
  if (by === 'assertion') return { by, assertion: readClientAssertion(incoming) };
  const clientId = String(incoming.members?.client_id);
  return by === 'certificate' ? { by, clientId, certificate: incoming.certificate } : { by, clientId };
}

/**
 * Reads the credentials of a request that trades a grant. An assertion can be the grant itself; then no client
 * credentials are needed.
 * @throws DomainError as `readAssertionGrant` and `presentedClient` do
 */
export function presentedGrant(incoming: Incoming): PresentedGrant {
  const assertion = readAssertionGrant(incoming);
  return assertion === undefined ? presentedClient(incoming) : { by: 'grant', assertion };
}
