import type { ZodOpenApiParameterObject } from 'zod-openapi';
import type { Route } from '#shared/api/table.ts';

/**
 * Whether a route changes one resource that is there already, so that its version can be asked for. A secret is made by
 * POST, but what it changes is the client.
 */
export function isChangeOfOne({ method, path }: Route): boolean {
  const isOfClient = path.includes('/{clientId}/secrets');
  return path.startsWith('/v1/') && (isOfClient || ['PUT', 'PATCH', 'DELETE'].includes(method));
}

/** The headers that a request may carry besides its credentials. */
export function headerParameters(route: Route) {
  return [
    ...(isChangeOfOne(route) ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
    ...(route.caller === 'grant' ? [{ $ref: '#/components/parameters/DPoP' }] : []),
    ...(route.reply.status === 201 ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
}

/** The parameters behind the references. */
export const parameterComponents = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag of an earlier answer: the request changes that version or nothing (412)',
    schema: { type: 'string', pattern: '^("[1-9][0-9]*"|\\*)$' },
    example: '"3"',
  },
  DPoP: {
    name: 'DPoP',
    in: 'header',
    required: false,
    description: 'A proof of possession (RFC 9449 section 4): the access token is then bound to its key',
    schema: { type: 'string', maxLength: 4096 },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'A name for this creation: a repeat with the same body within a day gets the first answer, less its secret',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    example: '0f9d1a4e-export',
  },
} satisfies Record<string, ZodOpenApiParameterObject>;
