import type { LastUses } from '#shared/domain/authentication/ports.ts';
import { KEY_SELECTOR } from '#shared/domain/authentication/usage.ts';
import type { WithNewKey } from '#shared/domain/clients/client-keys.ts';
import type { Client, StoredKey } from '#shared/domain/records/client.ts';
import { credentialMembers, lastUse } from './representations.ts';

/** Shows a public key as verifiers read it (RFC 7517 §4). */
export function jwkRepresentation({ kid, key }: { readonly kid: string; readonly key: StoredKey }) {
  const { kty = '', ...members } = key.jwk;
  return { kty, ...members, kid, alg: key.algorithm, use: 'sig' as const };
}

/** Shows a key of a service user: its public half only. */
export function serviceUserKeyRepresentation(client: Client, lastUses?: LastUses) {
  const { id: kid, key } = client;
  const { serviceUserId, title, made, version } = credentialMembers(client);
  if (key === undefined) throw new Error('This client is not a key of a service user.');
  return {
    kid,
    serviceUserId,
    title,
    algorithm: key.algorithm,
    publicKey: jwkRepresentation({ kid, key }),
    ...made,
    ...lastUse({ clientId: kid, selector: KEY_SELECTOR }, lastUses),
    version,
  };
}

/**
 * Shows a new key. If Mintmark made it, the answer is a key file: it has the private half and all members that a signer
 * needs.
 */
export function keyFileRepresentation({ client, privateKey }: WithNewKey) {
  const shown = serviceUserKeyRepresentation(client);
  if (privateKey === undefined) return shown;
  return { ...shown, type: 'mintmark_service_user' as const, principalId: shown.serviceUserId, privateKey };
}
