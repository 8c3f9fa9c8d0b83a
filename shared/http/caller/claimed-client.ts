import { clientIdOf } from '#shared/domain/authentication/authenticate-assertion.ts';
import type { AssertionVerifier } from '#shared/domain/authentication/ports.ts';
import type { Incoming } from '../request/incoming.ts';
import { clientProof, readCredentials } from './credentials.ts';

/**
 * Whom the caller says to be, believed or not; empty where nothing of the kind is said. What stands in the place of a
 * client id can be anything, a secret in the wrong field too.
 */
export function claimedClientId(
  event: Incoming,
  { assertionVerifier }: { readonly assertionVerifier?: AssertionVerifier } = {},
): string {
  const { client_id: clientId, client_assertion: credential, assertion = credential } = event.members ?? {};
  if (typeof assertion === 'string' && assertionVerifier !== undefined) {
    const read = assertionVerifier.read(assertion);
    return typeof clientId === 'string' ? clientId : ((read && clientIdOf(read)) ?? '');
  }
  if (typeof clientId === 'string' && ['certificate', 'none'].includes(clientProof(event))) return clientId;
  try {
    return readCredentials(event)[0]?.clientId ?? '';
  } catch {
    return '';
  }
}
