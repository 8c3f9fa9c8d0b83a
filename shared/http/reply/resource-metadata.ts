import { systemApiIdentifier, systemPermissions } from '#shared/domain/access/system-api.ts';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';

/**
 * Describes the management API for clients (RFC 9728 §2): which tokens it accepts, and who issues them. Its identifier
 * is the start of its URLs.
 */
export function managementApiMetadata(issuer: string) {
  return {
    resource: systemApiIdentifier(issuer),
    resource_name: 'Mintmark management API',
    authorization_servers: [issuer],
    scopes_supported: systemPermissions.map(({ value }) => value),
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: dpopAlgorithms,
  };
}

/** The URL of `managementApiMetadata`: the identifier with the well-known path after its host (RFC 9728 §3.1). */
export function resourceMetadataUri(issuer: string): string {
  const { origin, pathname } = new URL(systemApiIdentifier(issuer));
  return `${origin}/.well-known/oauth-protected-resource${pathname}`;
}
