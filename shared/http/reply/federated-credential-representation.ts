import type { LastUses } from '#shared/domain/authentication/ports.ts';
import { TRUST_SELECTOR } from '#shared/domain/authentication/usage.ts';
import type { Client } from '#shared/domain/records/client.ts';
import { lastUse, timestamp, timestampOrNull } from './representations.ts';

/** Whom a service user's federated credential trusts. Nothing in it is secret. */
export function federatedCredentialRepresentation({ id, subject, trust, ...client }: Client, lastUses?: LastUses) {
  if (subject.type !== 'serviceUser' || trust === undefined) throw new Error('This is no federated credential.');
  const { jwks, ...shown } = trust;
  return {
    clientId: id,
    serviceUserId: subject.serviceUserId,
    title: client.description,
    ...shown,
    ...(jwks && { jwks: { keys: jwks } }),
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    ...lastUse({ clientId: id, selector: TRUST_SELECTOR }, lastUses),
    version: client.version,
  };
}
