import type { ZodOpenApiOverride, ZodOpenApiSchemaObject } from 'zod-openapi';
import { apiIdentifier, id, jsonValue, permissionValue } from '#shared/api/fields/fields.ts';
import { createToken, manageTokens } from '#shared/api/management/clients/api-tokens.ts';
import { directory } from '#shared/api/management/directory.ts';
import { discovery } from '#shared/api/oauth/discovery.ts';
import { exchange, introspect } from '#shared/api/oauth/oauth.ts';

/** The error of the OAuth endpoints (RFC 6749 §5.2). */
const oauthError: ZodOpenApiSchemaObject = {
  type: 'object',
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
  required: ['error', 'error_description'],
};

/** The error of the other endpoints (RFC 9457 §3). */
const problem: ZodOpenApiSchemaObject = {
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable: let programs decide by this member' },
    detail: { type: 'string', description: 'For people' },
    field: { type: 'string', description: 'The request member at fault' },
  },
  required: ['type', 'title', 'status', 'code', 'detail'],
};

/** `components.schemas` of the document. Other places refer to these schemas by name. */
export const schemaComponents = {
  Id: id,
  ApiIdentifier: apiIdentifier,
  PermissionValue: permissionValue,
  JsonValue: jsonValue,
  AccessTokenReply: exchange.routes.token.reply.schema,
  Introspection: introspect.routes.introspect.reply.schema,
  JsonWebKeySet: discovery.routes.jwks.reply.schema,
  AuthorizationServerMetadata: discovery.routes.authorizationServerMetadata.reply.schema,
  NewApiToken: createToken.routes.createTenantApiToken.reply.schema,
  ApiToken: manageTokens.routes.getTenantApiToken.reply.schema,
  Tenant: directory.routes.getTenant.reply.schema,
  User: directory.routes.getUser.reply.schema,
  Member: directory.routes.getMember.reply.schema,
  Role: directory.routes.getRole.reply.schema,
  Api: directory.routes.getApi.reply.schema,
  OAuthError: oauthError,
  Problem: problem,
};

/** A reference to a schema of `schemaComponents`. */
export function schemaReference(name: keyof typeof schemaComponents) {
  return { $ref: `#/components/schemas/${name}` };
}

/** Leaves out members that repeat others, or that promise clients more than the API does. */
export const simplify: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  // The keys of every JSON object are strings.
  delete jsonSchema.propertyNames;
  // Replies may get new members; a generated client that refuses them would break.
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
};
