import type { LastUses } from '#shared/domain/authentication/ports.ts';
import { TRUST_SELECTOR } from '#shared/domain/authentication/usage.ts';
import { lastUse, nothingLeft, type ServiceUserCredential, timestamp, timestampOrNull } from './representations.ts';

/** Shows a federated credential of a service user, with the issuer that it trusts. Nothing in it is secret. */
export function federatedCredentialRepresentation(client: ServiceUserCredential<'trust'>, lastUses?: LastUses) {
  const { id, subject, trust, description, createdAtSeconds, createdBy, expiresAtSeconds, version, ...rest } = client;
  nothingLeft(rest);
  if (subject.type !== 'serviceUser' || trust === undefined)
    throw new Error('This client is not a federated credential.');
  const { jwks, ...shown } = trust;
  return {
    clientId: id,
    serviceUserId: subject.serviceUserId,
    title: description,
    ...shown,
    ...(jwks && { jwks: { keys: jwks } }),
    createdAt: timestamp(createdAtSeconds),
    createdBy,
    expiresAt: timestampOrNull(expiresAtSeconds),
    ...lastUse({ clientId: id, selector: TRUST_SELECTOR }, lastUses),
    version,
  };
}
