import * as z from 'zod';
import type { Confirmation } from '#shared/domain/authentication/confirmation.ts';
import type { ActiveIntrospection } from '#shared/domain/checks/introspect-token.ts';
import type { JsonObject } from '#shared/domain/json.ts';
import type { Actor, MayAct, TokenStatus } from '#shared/domain/tokens/claims.ts';
import type { ShapeOf } from '#shared/shape-of.ts';
import { jsonValue } from '../fields/fields.ts';
import { shownOnce } from '../fields/shown-once.ts';
import { lambdaTable } from '../table.ts';

/** VSCHAR strings of RFC 6749 appendix A, bounded; an empty value counts as absent (§3.2). */
const parameter = z.string().max(8_192).optional();

/** Members that client authentication reads; they are checked there. */
const clientCredentials = {
  client_id: parameter,
  client_secret: parameter,
  client_assertion_type: parameter,
  client_assertion: parameter,
};

/** What it takes to recognise a client, by secret, key or certificate. */
const clientGrants = [
  'records:read',
  'pepper:use',
  'secrets:hash',
  'failures:count',
  'usage:note',
  'assertions:verify',
  'assertions:redeem',
  'certificates:verify',
  'audit:append',
] as const;

const tokenType = z.enum(['Bearer', 'DPoP']);

const confirmation = z
  .object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() } satisfies ShapeOf<Confirmation>)
  .meta({ description: 'The key and the certificate that the token is bound to' });

/** An actor; the actors before it lie inside, as deep as there were any, and look the same. */
interface ShownActor extends Omit<Actor, 'act'> {
  readonly act?: JsonObject | undefined;
}

const actor = z.object({
  sub: z.string(),
  client_id: z.string(),
  act: z.record(z.string(), jsonValue).optional(),
} satisfies ShapeOf<ShownActor>);

const mayAct = z.object({ sub: z.string(), iss: z.string().optional() } satisfies ShapeOf<MayAct>);

const status = z.object({ status_list: z.object({ idx: z.int(), uri: z.string() }) } satisfies ShapeOf<TokenStatus>);

type ShownToken = Omit<ActiveIntrospection, 'act'> & { readonly act?: ShownActor };

/** The answer about an active token. `ShapeOf` refuses a schema that lacks a member of the answer. */
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
  auth_time: z.int().optional().meta({ description: 'When the subject proved who it is, if not with this token' }),
  status: status.optional().meta({ description: 'Its place on a status list' }),
} satisfies ShapeOf<ShownToken>);

const EXAMPLE_TOKEN = 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Ii4uLiJ9…';

const EXAMPLE_CLIENT = 'cli_2Vq0mTzXwYbH8KdR5nCs1E';

/** POST /oauth/token (RFC 6749 §3.2). */
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
    'tokens:revoke',
  ],
  routes: {
    token: {
      method: 'POST',
      path: '/oauth/token',
      summary: 'Trade credentials, a signed JWT, a refresh token or a token for an access token (RFC 6749, 7523, 8693)',
      caller: 'grant',
      errors: 'oauth',
      body: {
        encoding: 'form-or-flat-json',
        repeatable: ['audience', 'resource'],
        schema: z.object({
          ...clientCredentials,
          grant_type: z.string().max(256),
          assertion: parameter,
          refresh_token: parameter,
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
          refresh_token: shownOnce(z.string().optional().meta({ description: 'For whoever asked for offline_access' })),
          issued_token_type: z.string().optional().meta({ description: 'Of an exchange of tokens' }),
        }),
        example: { access_token: EXAMPLE_TOKEN, token_type: 'Bearer', expires_in: 3600, scope: 'read:reports' },
      },
    },
  },
});

const tokenBody = {
  schema: z.object({ ...clientCredentials, token: z.string().max(16_384), token_type_hint: parameter }),
  example: { token: EXAMPLE_TOKEN },
};

/** POST /oauth/introspect (RFC 7662). */
export const introspect = lambdaTable({
  name: 'introspect',
  purpose: 'Tells what an access token or a refresh token is worth now.',
  grants: [...clientGrants, 'tokens:verify', 'signing-secrets:use', 'proofs:verify', 'introspections:sign'],
  routes: {
    introspect: {
      method: 'POST',
      path: '/oauth/introspect',
      summary: 'Ask what a token is worth (RFC 7662), for a signed answer if need be (RFC 9701)',
      caller: { clientOrPermission: 'introspect:tokens' },
      errors: 'oauth',
      body: { encoding: 'form', ...tokenBody },
      reply: {
        status: 200,
        description: 'What the token is worth now; `{"active":false}` for everything the caller may not know',
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

/** POST /oauth/revoke (RFC 7009). */
export const revoke = lambdaTable({
  name: 'revoke',
  purpose: 'Takes an access token back, or a refresh token with all that was issued from it.',
  grants: [...clientGrants, 'tokens:verify', 'signing-secrets:use', 'tokens:revoke'],
  routes: {
    revoke: {
      method: 'POST',
      path: '/oauth/revoke',
      summary: 'Take a token back (RFC 7009)',
      caller: 'client',
      errors: 'oauth',
      body: { encoding: 'form-or-flat-json', ...tokenBody },
      reply: { status: 200, description: 'The token is worth nothing from now on' },
      audit: 'token.revoked',
    },
  },
});
