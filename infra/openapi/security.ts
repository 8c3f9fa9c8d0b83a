import type { Caller, Route } from '#shared/api/table.ts';
import { reachOf, type SystemPermission } from '#shared/domain/access/system-api.ts';

type SecurityRequirement = Readonly<Record<string, string[]>>;

/** `components.securitySchemes` of the document. */
export const securitySchemes = {
  clientBasic: {
    type: 'http',
    scheme: 'basic',
    description: 'Client id and secret (RFC 6749 section 2.3.1).',
  },
  managementToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token of `POST /oauth/token` for the audience `{issuer}/v1/`. ' +
      'Each operation names the permission that the token needs. A token that is bound to a key needs the scheme DPoP ' +
      'and a proof in the DPoP header (RFC 9449 section 7.1).',
  },
} as const;

/** The empty alternative, because OpenAPI has no scheme for a secret or an assertion in the body. */
const credentialsInBody: SecurityRequirement = {};

const clientCredentials: readonly SecurityRequirement[] = [{ clientBasic: [] }, credentialsInBody];

/** Lists the alternative security requirements of an operation. */
export function securityOf(caller: Caller): readonly SecurityRequirement[] {
  if (caller === 'anyone' || caller === 'browser') return [];
  if (caller === 'bearer') return [{ managementToken: [] }];
  if (caller === 'client' || caller === 'grant') return clientCredentials;
  if ('permission' in caller) return [{ managementToken: [caller.permission] }];
  return [{ managementToken: [caller.clientOrPermission] }, ...clientCredentials];
}

const CLIENT_AUTHENTICATION =
  'The client authenticates by HTTP Basic, by `client_id` and `client_secret` in the body, by a signed JWT in ' +
  '`client_assertion` (RFC 7523), or by `client_id` and the certificate of a mutual TLS connection (RFC 8705). It uses ' +
  'exactly one of these ways.';

/** Describes the callers of a route in words. */
export function describeCaller({ caller, path }: Route): string {
  if (caller === 'anyone') return 'Open to anyone.';
  if (caller === 'browser') return 'For people with a browser.';
  if (caller === 'bearer') return 'The caller sends an access token of a user with the scope `openid`.';
  if (caller === 'client') return CLIENT_AUTHENTICATION;
  if (caller === 'grant') return `${CLIENT_AUTHENTICATION} Or the grant itself is a signed JWT (RFC 7523).`;
  if ('permission' in caller) return describePermission(caller.permission, path);
  return `Either: ${CLIENT_AUTHENTICATION} Or: ${describePermission(caller.clientOrPermission, path)}`;
}

function describePermission(permission: SystemPermission, path: string): string {
  return `The caller sends a management token with the permission \`${permission}\`. ${describeReach(permission, path)}`;
}

function describeReach(permission: SystemPermission, path: string): string {
  const reach = reachOf(permission);
  if (reach === 'anywhere') return "It may also be a tenant's token.";
  if (reach === 'tenant' && path.includes('{tenantId}')) return 'It may also be a token of the tenant in the path.';
  return "A tenant's token cannot do this.";
}
