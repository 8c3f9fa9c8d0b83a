import * as z from 'zod';
import type { ZodOpenApiContentObject, ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { id } from '#shared/api/fields/fields.ts';
import { type Body, type LambdaTable, type Method, type Reply, type Route, readsProofs } from '#shared/api/table.ts';
import { renderReply } from '#shared/http/reply/render-reply.ts';
import { isManagement } from './error-codes.ts';
import { errorResponses } from './error-responses.ts';
import { headerParameters } from './request-headers.ts';
import { describeCaller, securityOf } from './security.ts';

/** Renders one route of an API table as an OpenAPI operation. */
export function renderOperation(operationId: string, table: LambdaTable, route: Route): ZodOpenApiOperationObject {
  return {
    operationId,
    tags: [table.name],
    summary: route.summary,
    description: describe(route),
    security: [...securityOf(route.caller)],
    requestParams: { path: pathParameters(route.path), ...(route.query !== undefined && { query: route.query }) },
    parameters: headerParameters(route),
    ...(route.body !== undefined && {
      requestBody: { required: true, content: requestContent(route.method, route.body) },
    }),
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
  const caller = describeCaller(route);
  return route.audit === undefined ? caller : `${caller} Writes the audit event \`${route.audit}\`.`;
}

function pathParameters(path: string) {
  const placeholders = path.match(/\{\w+\}/g) ?? [];
  return z.object(Object.fromEntries(placeholders.map((placeholder) => [placeholder.slice(1, -1), id])));
}

function requestContent(method: Method, body: Body): ZodOpenApiContentObject {
  const { encoding, example, repeatable = [] } = body;
  const schema = method === 'POST' ? body.schema : open(body.schema);
  const json = { schema: flat(schema, repeatable), example };
  const form = { schema, example: withLists(example, repeatable) };
  if (encoding === 'json') return { 'application/json': json };
  if (encoding === 'merge-patch') return { 'application/merge-patch+json': json, 'application/json': json };
  if (encoding === 'form') return { 'application/x-www-form-urlencoded': form };
  return { 'application/x-www-form-urlencoded': form, 'application/json': json };
}

/** Describes the body of a change, which may also carry members of the reply that it cannot change. */
function open(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? schema.strip() : schema;
}

/** Describes flat JSON: a member that a form may repeat is one string there (DEC16). */
function flat(schema: z.ZodType, repeatable: readonly string[]): z.ZodType {
  if (repeatable.length === 0 || !(schema instanceof z.ZodObject)) return schema;
  return schema.extend(Object.fromEntries(repeatable.map((name) => [name, itemOf(schema.shape[name])])));
}

function itemOf(member: unknown): z.ZodType {
  const list = member instanceof z.ZodOptional ? member.unwrap() : member;
  if (!(list instanceof z.ZodArray)) throw new TypeError('A member that a form may repeat must be a list.');
  return z.optional(list.element);
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

/** Whether a reply shows one resource with a version, which is also in its ETag. */
function hasVersion({ schema }: Reply): boolean {
  return schema instanceof z.ZodObject && 'version' in schema.shape;
}

function successResponse(route: Route): ZodOpenApiResponseObject {
  const { caller, reply } = route;
  const { description, schema, example, signedAs } = reply;
  const { headers } = renderReply({ status: reply.status, body: undefined, target: {} }, reply);
  const cacheControl =
    reply.maxAgeSeconds === undefined
      ? { $ref: '#/components/headers/NoStore' }
      : { schema: { type: 'string' as const, ...cachingSchema(reply.maxAgeSeconds, headers) } };
  return {
    description,
    headers: {
      'Cache-Control': cacheControl,
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(hasVersion(reply) && { ETag: { $ref: '#/components/headers/ETag' } }),
      ...(readsProofs(route) && { 'DPoP-Nonce': { $ref: '#/components/headers/DPoPNonce' } }),
      ...((isManagement(caller) || caller === 'grant') && quotaHeaders),
    },
    ...((schema !== undefined || signedAs !== undefined) && {
      content: {
        ...(schema !== undefined && {
          'application/json': { schema, ...(example !== undefined && { example }) },
        }),
        ...(signedAs !== undefined && { [signedAs]: { schema: { type: 'string' } } }),
      },
    }),
  };
}

function cachingSchema(maxAgeSeconds: number | 'varying', headers: Readonly<Record<string, string>>) {
  return maxAgeSeconds === 'varying' ? { pattern: '^public, max-age=[0-9]+$' } : { const: headers['cache-control'] };
}
