import type { ZodOpenApiParameterObject } from 'zod-openapi';
import { isCreation, type Route, readsProofs } from '#shared/api/table.ts';

/**
 * Whether a route changes one existing resource, so that If-Match can name its version. The routes of secrets count,
 * too: they change the client.
 */
export function isChangeOfOne({ method, path }: Route): boolean {
  const isOfClient = path.includes('/{clientId}/secrets');
  return path.startsWith('/v1/') && (isOfClient || ['PUT', 'PATCH', 'DELETE'].includes(method));
}

/** Lists the headers that a request may have besides its credentials. */
export function headerParameters(route: Route) {
  return [
    ...(isChangeOfOne(route) ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
    ...(readsProofs(route) ? [{ $ref: '#/components/parameters/DPoP' }] : []),
    ...(isCreation(route) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
}

/** `components.parameters` of the document. */
export const parameterComponents = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description:
      'ETags of earlier answers: if the resource has another version now, the request is refused (412). A weak tag matches no version',
    schema: { type: 'string', pattern: '^(?:\\*|(?:W/)?"[^"]*"(?:[ \\t]*,[ \\t]*(?:W/)?"[^"]*"){0,9})$' },
    example: '"3"',
  },
  DPoP: {
    name: 'DPoP',
    in: 'header',
    required: false,
    description: 'A proof of possession (RFC 9449 section 4): the access token is bound to the key of the proof',
    schema: { type: 'string', minLength: 1, maxLength: 4096 },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'A name for this creation: a repeat with the same body within a day gets the first answer, without its secret',
    schema: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[\\x21-\\x7E]+$' },
    example: '0f9d1a4e-export',
  },
} satisfies Record<string, ZodOpenApiParameterObject>;
