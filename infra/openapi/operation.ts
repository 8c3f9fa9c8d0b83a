import { id } from '#shared/api/fields/fields.ts';
import type { Body, LambdaTable, Reply, Route } from '#shared/api/table.ts';
import { renderReply } from '#shared/http/reply/replies.ts';
import { isManagement } from './error-codes.ts';
import { errorResponses } from './error-responses.ts';
import { headerParameters } from './request-headers.ts';
import { type JsonSchema, jsonSchema } from './schemas.ts';
import { describeCaller, securityOf } from './security.ts';

/** Renders one route of an API table as an OpenAPI operation. */
export function renderOperation(operationId: string, table: LambdaTable, route: Route) {
  const parameters = [...pathParameters(route.path), ...queryParameters(route.query), ...headerParameters(route)];
  return {
    operationId,
    tags: [table.name],
    summary: route.summary,
    description: describe(route),
    security: securityOf(route.caller),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && { requestBody: { required: true, content: requestContent(route.body) } }),
    responses: {
      [route.reply.status]: successResponse(route),
      ...Object.fromEntries(
        errorResponses(operationId, table, route).map(({ status, name }) => [
          status,
          { $ref: `#/components/responses/${name}` },
        ]),
      ),
    },
  };
}

function describe(route: Route): string {
  const who = describeCaller(route);
  return route.audit === undefined ? who : `${who} Writes the audit event \`${route.audit}\`.`;
}

function pathParameters(path: string) {
  const placeholders = path.match(/\{\w+\}/g) ?? [];
  return placeholders.map((placeholder) => ({
    name: placeholder.slice(1, -1),
    in: 'path',
    required: true,
    schema: jsonSchema(id, 'input'),
  }));
}

function queryParameters(query: Route['query']) {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(query, 'input');
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

function requestContent(body: Body) {
  const schema = jsonSchema(body.schema, 'input');
  const json = { schema: flat(schema, body.repeatable ?? []), example: body.example };
  const form = { schema, example: withLists(body.example, body.repeatable ?? []) };
  if (body.encoding === 'json') return { 'application/json': json };
  if (body.encoding === 'merge-patch') return { 'application/merge-patch+json': json, 'application/json': json };
  if (body.encoding === 'form') return { 'application/x-www-form-urlencoded': form };
  return { 'application/x-www-form-urlencoded': form, 'application/json': json };
}

/** As flat JSON, a member is a string also where a form may repeat it (DEC16). */
function flat(schema: JsonSchema, repeatable: readonly string[]): JsonSchema {
  const properties = { ...schema.properties };
  for (const name of repeatable) {
    const list = properties[name] as JsonSchema;
    properties[name] = list.items as JsonSchema;
  }
  return { ...schema, properties };
}

function withLists(example: unknown, repeatable: readonly string[]): unknown {
  const members = Object.entries(Object(example)).map(([name, value]) => {
    return [name, repeatable.includes(name) ? [value] : value] as const;
  });
  return Object.fromEntries(members);
}

const quotaHeaders = {
  'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
  RateLimit: { $ref: '#/components/headers/RateLimit' },
};

/** A reply about one resource says its version in a header too. */
function hasVersion({ schema }: Reply): boolean {
  return schema !== undefined && 'version' in (jsonSchema(schema, 'output').properties ?? {});
}

function successResponse({ reply, caller }: Route) {
  const { description, schema, example, signedAs } = reply;
  const { headers } = renderReply({ status: reply.status, body: undefined, target: {} }, reply);
  const cacheControl =
    reply.maxAgeSeconds === undefined
      ? { $ref: '#/components/headers/NoStore' }
      : { schema: { type: 'string', ...cachingSchema(reply.maxAgeSeconds, headers) } };
  return {
    description,
    headers: {
      'Cache-Control': cacheControl,
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(hasVersion(reply) && { ETag: { $ref: '#/components/headers/ETag' } }),
      ...(caller === 'grant' && { 'DPoP-Nonce': { $ref: '#/components/headers/DPoPNonce' } }),
      ...((isManagement(caller) || caller === 'grant') && quotaHeaders),
    },
    ...((schema !== undefined || signedAs !== undefined) && {
      content: {
        ...(schema !== undefined && {
          'application/json': { schema: jsonSchema(schema, 'output'), ...(example !== undefined && { example }) },
        }),
        ...(signedAs !== undefined && { [signedAs]: { schema: { type: 'string' } } }),
      },
    }),
  };
}

function cachingSchema(maxAgeSeconds: number | 'varying', headers: Readonly<Record<string, string>>) {
  return maxAgeSeconds === 'varying' ? { pattern: '^public, max-age=[0-9]+$' } : { const: headers['cache-control'] };
}
