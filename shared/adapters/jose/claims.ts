import * as z from 'zod';
import type { Confirmation } from '#shared/domain/authentication/confirmation.ts';
import type { JsonObject } from '#shared/domain/json.ts';
import { ACCESS_TOKEN_TYPE, LONG_LIVED_TOKEN_TYPE } from '#shared/domain/tokens/access-token.ts';
import type {
  AccessTokenClaims,
  Actor,
  LongLivedTokenClaims,
  MayAct,
  TokenClaims,
  TokenStatus,
} from '#shared/domain/tokens/claims.ts';
import type { IdTokenClaims } from '#shared/domain/tokens/identity-claims.ts';
import type { LoginClaims } from '#shared/domain/tokens/ports.ts';
import type { ShapeOf } from '#shared/shape-of.ts';

/**
 * The schemas read the claims of our own tokens from JSON. A schema drops a claim that it does not know. With
 * `ShapeOf`, a schema that lacks a claim of its type does not compile.
 */

const commonClaims = {
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  iat: z.int(),
  nbf: z.int(),
  jti: z.string(),
  client_id: z.string(),
  tenant_id: z.string().exactOptional(),
};

/** Refuses unknown members: a token that is bound in an unknown way is not valid. */
const confirmation = z
  .strictObject({
    jkt: z.string().exactOptional(),
    'x5t#S256': z.string().exactOptional(),
  } satisfies ShapeOf<Confirmation>)
  .refine((cnf) => Object.keys(cnf).length > 0);

const actor: z.ZodType<Actor> = z.object({
  sub: z.string(),
  client_id: z.string(),
  get act() {
    return actor.exactOptional();
  },
} satisfies ShapeOf<Actor>);

const status = z.object({
  status_list: z.object({ idx: z.int(), uri: z.string() } satisfies ShapeOf<TokenStatus['status_list']>),
} satisfies ShapeOf<TokenStatus>);

const mayAct = z.object({ sub: z.string(), iss: z.string().exactOptional() } satisfies ShapeOf<MayAct>);

/** The claims of an access token that was exchanged. */
export const accessTokenClaims: z.ZodType<AccessTokenClaims> = z.object({
  ...commonClaims,
  exp: z.int(),
  scope: z.string(),
  roles: z.array(z.string()).exactOptional(),
  permissions: z.array(z.string()).exactOptional(),
  cnf: confirmation.exactOptional(),
  status: status.exactOptional(),
  depends_on: z.array(z.string()).exactOptional(),
  act: actor.exactOptional(),
  may_act: mayAct.exactOptional(),
  subject_client_id: z.string().exactOptional(),
  auth_time: z.int().exactOptional(),
  sid: z.string().exactOptional(),
  granted_at: z.int().exactOptional(),
  metadata: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).exactOptional(),
} satisfies ShapeOf<AccessTokenClaims>);

const longLivedTokenClaims = z.strictObject({
  ...commonClaims,
  exp: z.int().exactOptional(),
} satisfies ShapeOf<LongLivedTokenClaims>);

/** What an ID token says about a login. */
export const loginClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  sid: z.string().exactOptional(),
} satisfies ShapeOf<LoginClaims & Pick<IdTokenClaims, 'iss'>>);

/** Header `typ` → the schema of the claims. A token of one type is never accepted as a token of the other type. */
export const claimsByType: ReadonlyMap<string | undefined, z.ZodType<TokenClaims>> = new Map<
  string | undefined,
  z.ZodType<TokenClaims>
>([
  [ACCESS_TOKEN_TYPE, accessTokenClaims],
  [LONG_LIVED_TOKEN_TYPE, longLivedTokenClaims],
]);
