import * as z from 'zod';
import type { Confirmation } from '#shared/domain/authentication/confirmation.ts';
import type { ActiveIntrospection } from '#shared/domain/checks/introspect-token.ts';
import type { JsonObject } from '#shared/domain/json.ts';
import type { Actor, MayAct, TokenStatus } from '#shared/domain/tokens/claims.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { jsonValue, PARAMETER_CHARACTERS_MAX } from '../fields/fields.ts';
import { shownOnce } from '../fields/shown-once.ts';
import { lambdaTable } from '../table.ts';

/** A parameter of RFC 6749 appendix A, of limited length. An empty value counts as absent (§3.2). */
const parameter = z.string().max(PARAMETER_CHARACTERS_MAX).optional();

/** The members that client authentication reads and checks itself. */
export const clientCredentials = {
  client_id: parameter,
  client_secret: parameter,
  client_assertion_type: parameter,
  client_assertion: parameter,
};

/** The grants that are needed to recognise a client by secret, key or certificate. */
export const clientGrants = [
  'records:read',
  'pepper:use',
  'secrets:hash',
  'failures:count',
  'usage:note',
  'usage:read',
  'assertions:verify',
  'assertions:redeem',
  'certificates:verify',
  'audit:append',
] as const;

const tokenType = z.enum(['Bearer', 'DPoP']);

const confirmation = z
  .object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() } satisfies ShapeOf<Confirmation>)
  .meta({ description: 'The key or the certificate that the token is bound to' });

/** An actor as the answer shows it. Earlier actors are nested inside, in the same form. */
interface ShownActor extends Omit<Actor, 'act'> {
  readonly act?: JsonObject | undefined;
}

const actor = z.object({
  sub: z.string(),
  client_id: z.string(),
  act: z.record(z.string(), jsonValue).optional(),
} satisfies ShapeOf<ShownActor>);

const mayAct = z.object({ sub: z.string(), iss: z.string().optional() } satisfies ShapeOf<MayAct>);

const status = z.object({
  status_list: z.object({ idx: z.int(), uri: z.string() } satisfies ShapeOf<TokenStatus['status_list']>),
} satisfies ShapeOf<TokenStatus>);

type ShownToken = Omit<ActiveIntrospection, 'act'> & { readonly act?: ShownActor };

/** The answer about an active token. `ShapeOf` refuses a schema without a member of the answer. */
const activeIntrospection = z.object({
  active: z.literal(true),
  token_type: tokenType.optional().meta({ description: 'Absent for a refresh token' }),
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  exp: z.int().optional().meta({ description: 'Absent for an API token that never expires' }),
  iat: z.int(),
  nbf: z.int(),
  jti: z.string(),
  client_id: z.string(),
  scope: z.string(),
  tenant_id: z.string().optional(),
  roles: z.array(z.string()).optional(),
  permissions: z.array(z.string()).optional(),
  metadata: z.record(z.string(), jsonValue).optional(),
  cnf: confirmation.optional(),
  act: actor.optional(),
  may_act: mayAct.optional(),
  auth_time: z
    .int()
    .optional()
    .meta({ description: 'When the subject authenticated, if the token was refreshed or exchanged since' }),
  sid: z.string().optional().meta({ description: 'The session of the user on which the token depends' }),
  status: status.optional().meta({ description: 'The place of the token on a status list' }),
} satisfies ShapeOf<ShownToken>);

const EXAMPLE_TOKEN = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9…';

const EXAMPLE_CLIENT = 'cli_2Vq0mTzXwYbH8KdR5nCs1E';

/** The token endpoint (RFC 6749 §3.2). */
export const exchange = lambdaTable({
  name: 'exchange',
  purpose:
    'Trades client credentials, a signed assertion, a refresh token or another access token for a short-lived access token.',
  grants: [
    ...clientGrants,
    'workloads:verify',
    'proofs:verify',
    'statuses:assign',
    'signing-secrets:use',
    'tokens:verify',
    'tokens:issue',
    'issuance:count',
    'families:write',
    'codes:write',
    'tokens:revoke',
  ],
  routes: {
    token: {
      method: 'POST',
      path: '/oauth/token',
      summary:
        'Trade credentials, a signed JWT, a refresh token or another token for an access token (RFC 6749, 7523, 8693)',
      caller: 'grant',
      errors: 'oauth',
      isForPages: true,
      body: {
        encoding: 'form-or-flat-json',
        repeatable: ['audience', 'resource'],
        schema: z.object({
          ...clientCredentials,
          grant_type: z.string().min(1).max(256),
          assertion: parameter,
          refresh_token: parameter,
          code: parameter,
          redirect_uri: parameter,
          code_verifier: parameter,
          subject_token: parameter,
          subject_token_type: parameter,
          actor_token: parameter,
          actor_token_type: parameter,
          requested_token_type: parameter,
          scope: parameter,
          audience: z.array(z.string().max(512)).optional(),
          resource: z.array(z.string().max(512)).optional(),
        }),
        example: {
          grant_type: 'client_credentials',
          audience: 'https://api.example.com/reports',
          scope: 'read:reports',
        },
      },
      reply: {
        status: 200,
        description: 'An access token (RFC 9068)',
        schema: z.object({
          access_token: shownOnce(z.string()),
          token_type: tokenType,
          expires_in: z.int(),
          scope: z.string(),
          refresh_token: shownOnce(
            z.string().optional().meta({ description: 'Only if the client asked for the scope offline_access' }),
          ),
          id_token: shownOnce(
            z
              .string()
              .optional()
              .meta({ description: 'Only if a user granted the scope openid (OpenID Connect Core)' }),
          ),
          issued_token_type: z.string().optional().meta({ description: 'Only after a token exchange (RFC 8693)' }),
        }),
        example: { access_token: EXAMPLE_TOKEN, token_type: 'Bearer', expires_in: 3600, scope: 'read:reports' },
      },
    },
  },
});

const tokenBody = {
  schema: z.object({
    ...clientCredentials,
    token: z.string().min(1).max(PARAMETER_CHARACTERS_MAX),
    token_type_hint: parameter,
  }),
  example: { token: EXAMPLE_TOKEN },
};

/** The introspection endpoint (RFC 7662). */
export const introspect = lambdaTable({
  name: 'introspect',
  purpose: 'Tells whether an access token or a refresh token is active, and what it permits.',
  grants: [...clientGrants, 'tokens:verify', 'signing-secrets:use', 'proofs:verify', 'introspections:sign'],
  routes: {
    introspect: {
      method: 'POST',
      path: '/oauth/introspect',
      summary: 'Ask whether a token is active and what it permits (RFC 7662); the answer can be signed (RFC 9701)',
      caller: { clientOrPermission: 'introspect:tokens' },
      errors: 'oauth',
      body: { encoding: 'form', ...tokenBody },
      reply: {
        status: 200,
        description:
          'The token as it is now; `{"active":false}` for invalid tokens and for tokens that the caller may not see',
        signedAs: 'application/token-introspection+jwt',
        schema: z.union([activeIntrospection, z.object({ active: z.literal(false) })]),
        example: {
          active: true,
          token_type: 'Bearer',
          iss: 'https://auth.example.com',
          sub: EXAMPLE_CLIENT,
          aud: 'https://api.example.com/reports',
          exp: 1_800_003_600,
          iat: 1_800_000_000,
          nbf: 1_800_000_000,
          jti: 'tok_7hPq3vLkZs9WcX1rTfBn0M',
          client_id: EXAMPLE_CLIENT,
          scope: 'read:reports',
        },
      },
    },
  },
});

/** The revocation endpoint (RFC 7009). */
export const revoke = lambdaTable({
  name: 'revoke',
  purpose: 'Revokes an access token, or a refresh token with all tokens that were issued from it.',
  grants: [...clientGrants, 'tokens:verify', 'signing-secrets:use', 'tokens:revoke'],
  routes: {
    revoke: {
      method: 'POST',
      path: '/oauth/revoke',
      summary: 'Revoke a token (RFC 7009)',
      caller: 'client',
      errors: 'oauth',
      isForPages: true,
      body: { encoding: 'form-or-flat-json', ...tokenBody },
      reply: { status: 200, description: 'The token is no longer valid', schema: z.object({}), example: {} },
      audit: 'token.revoked',
    },
  },
});
