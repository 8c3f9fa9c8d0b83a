import * as z from 'zod';
import { apiIdentifier, id, permissionValue } from '#shared/api/fields/fields.ts';
import { createToken, manageTokens } from '#shared/api/management/clients/api-tokens.ts';
import { directory } from '#shared/api/management/directory.ts';
import { discovery } from '#shared/api/oauth/discovery.ts';
import { exchange, introspect } from '#shared/api/oauth/oauth.ts';

/** A JSON Schema of draft 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Schemas that have a name in the document; wherever one occurs, a reference stands. */
const requestSchemas = { Id: id, ApiIdentifier: apiIdentifier, PermissionValue: permissionValue };

const replySchemas = {
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
};

const names = new Map<z.core.$ZodType, string>(
  Object.entries({ ...requestSchemas, ...replySchemas }).map(([name, schema]) => [schema, name]),
);

/** RFC 6749 §5.2. */
const oauthError: JsonSchema = {
  type: 'object',
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
  required: ['error', 'error_description'],
};

/** RFC 9457 §3. */
const problem: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; decide on this member' },
    detail: { type: 'string', description: 'For people' },
    field: { type: 'string', description: 'The request member at fault' },
  },
  required: ['type', 'title', 'status', 'code', 'detail'],
};

/** `components.schemas` of the document. */
export function componentSchemas(): Record<string, JsonSchema> {
  const render = (schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') =>
    Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, define(schema, io)]));
  return {
    ...render(requestSchemas, 'input'),
    ...render(replySchemas, 'output'),
    OAuthError: oauthError,
    Problem: problem,
  };
}

/** A reference to a named schema. */
export function schemaReference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** What a client has to send (`input`) or will get (`output`), as JSON Schema. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const name = names.get(schema);
  return name === undefined ? define(schema, io) : schemaReference(name);
}

function define(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const rendered: JsonSchema = {
    ...z.toJSONSchema(schema, {
      io,
      override: ({ zodSchema, jsonSchema: part }) => {
        const name = Object.is(zodSchema, schema) ? undefined : names.get(zodSchema);
        if (name !== undefined) replaceBy(part, schemaReference(name));
        else simplify(part, zodSchema);
      },
    }),
  };
  delete rendered.$schema;
  delete rendered.$defs;
  return rendered;
}

/** Leaves out what repeats the rest or binds a client to more than is promised. */
function simplify(part: JsonSchema, { _zod: { def } }: z.core.$ZodTypes): void {
  if (part.format === 'date-time') delete part.pattern;
  if (part.minimum === Number.MIN_SAFE_INTEGER) delete part.minimum;
  if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum;
  // Replies may gain members; a generated client that refuses new ones would break.
  if (part.additionalProperties === false) delete part.additionalProperties;
  if (def.type !== 'record') return;
  delete part.propertyNames;
  // The only recursive type is "any JSON value", which JSON Schema writes as true.
  if (def.valueType._zod.def.type === 'lazy') part.additionalProperties = true;
}

function replaceBy(part: JsonSchema, replacement: JsonSchema): void {
  for (const key of Object.keys(part)) delete part[key];
  Object.assign(part, replacement);
}
