import type { LastUses } from '#shared/domain/authentication/ports.ts';
import { TRUST_SELECTOR } from '#shared/domain/authentication/usage.ts';
import type { Client } from '#shared/domain/records/client.ts';
import { credentialMembers, lastUse } from './representations.ts';

/** Shows a federated credential of a service user, with the issuer that it trusts. Nothing in it is secret. */
export function federatedCredentialRepresentation(client: Client, lastUses?: LastUses) {
  const { id, trust } = client;
  const { serviceUserId, title, made, version } = credentialMembers(client);
  if (trust === undefined) throw new Error('This client is not a federated credential.');
  const { jwks, ...shown } = trust;
  return {
    clientId: id,
    serviceUserId,
    title,
    ...shown,
    ...(jwks && { jwks: { keys: jwks } }),
    ...made,
    ...lastUse({ clientId: id, selector: TRUST_SELECTOR }, lastUses),
    version,
  };
}
