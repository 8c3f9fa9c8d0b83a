import type { Incoming } from '../request/incoming.ts';
import { clientProof, readCredentials } from './credentials.ts';

/**
 * Reads the client id that a request claims, unverified; empty if it claims none. The text can be anything, even a
 * secret in the wrong field.
 */
export function claimedClientId(event: Incoming): string {
  const { client_id: clientId } = event.members ?? {};
  if (typeof clientId === 'string' && ['certificate', 'none'].includes(clientProof(event))) return clientId;
  try {
    return readCredentials(event)[0]?.clientId ?? '';
  } catch {
    return '';
  }
}
