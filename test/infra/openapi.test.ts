import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '#infra/openapi.ts';
import type { LambdaTable } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly { readonly name?: string; readonly in?: string; readonly required?: boolean }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: Record<string, unknown> } }>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** The members of the document that these tests read. */
interface Document {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

test('openapi.json equals the document rendered from the API tables', () => {
  const committed = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
  expect(committed, 'run npm run openapi').toBe(`${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
});

test('the document is the same when it is rendered twice', () => {
  expect(JSON.stringify(openApiDocument())).toBe(JSON.stringify(document));
});

describe('the structure of the document', () => {
  test('every reference resolves', () => {
    expect(danglingReferences(document)).toEqual([]);
  });

  test('a dangling reference is found', () => {
    const broken = {
      components: { schemas: { A: {} } },
      a: [{ $ref: '#/components/schemas/A' }, { $ref: '#/nowhere' }],
    };
    expect(danglingReferences(broken)).toEqual(['#/nowhere']);
  });

  test('every component is used', () => {
    const used = new Set(references(document));
    const { securitySchemes: _, ...referable } = document.components;
    const components = Object.entries(referable).flatMap(([kind, named]) =>
      Object.keys(named).map((name) => `#/components/${kind}/${name}`),
    );
    expect(components.filter((component) => !used.has(component))).toEqual([]);
  });

  test('operation ids are unique', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test.each(operations)(
    '$operationId declares each parameter of its path, and no other',
    ({ path, parameters = [] }) => {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{[^}]+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
    },
  );

  test('exactly the changes of one resource accept If-Match, and exactly the creations accept Idempotency-Key', () => {
    const accepting = (name: string) =>
      operations
        .filter(({ parameters = [] }) => JSON.stringify(parameters).includes(`#/components/parameters/${name}"`))
        .map(({ operationId }) => operationId);
    expect(accepting('IfMatch')).toEqual(
      operations.filter(({ responses }) => '412' in responses).map(({ operationId }) => operationId),
    );
    expect(accepting('IdempotencyKey')).toEqual(
      operations
        .filter(({ responses, operationId }) => '201' in responses && operationId !== 'pushRequest')
        .map(({ operationId }) => operationId),
    );
  });

  test('every tag is declared', () => {
    const declared = document.tags.map(({ name }) => name);
    expect(operations.flatMap(({ tags }) => tags).filter((tag) => !declared.includes(tag))).toEqual([]);
  });

  test('every security scheme of an operation exists', () => {
    const schemes = operations.flatMap(({ security }) => security.flatMap(Object.keys));
    expect(new Set(schemes)).toEqual(new Set(Object.keys(document.components.securitySchemes ?? {})));
  });

  test('no schema has its own dialect or definitions', () => {
    expect(JSON.stringify(document)).not.toMatch(/"\$(?:schema|defs)"/);
  });
});

describe('the content of the document', () => {
  test('L4: contains exactly the routes of the tables', () => {
    const all: readonly LambdaTable[] = tables;
    const routes = all.flatMap((table) =>
      Object.entries(table.routes).map(([name, { method, path }]) => `${name}: ${method} ${path}`),
    );
    const documented = operations.map(
      ({ operationId, method, path }) => `${operationId}: ${method.toUpperCase()} ${path}`,
    );
    expect(documented.sort()).toEqual(routes.sort());
  });

  test('a management operation names permission, event, success and errors', () => {
    expect(document.paths['/v1/tenants/{tenantId}']?.delete).toEqual({
      operationId: 'deleteTenant',
      tags: ['directory'],
      summary: 'Delete a tenant; its credentials and tokens become invalid at once',
      description:
        'The caller sends a management token with the permission `write:tenants`. ' +
        "A tenant's token cannot do this. Writes the audit event `tenant.deleted`.",
      security: [{ managementToken: ['write:tenants'] }],
      parameters: [
        { name: 'tenantId', in: 'path', required: true, schema: { $ref: '#/components/schemas/Id' } },
        { $ref: '#/components/parameters/IfMatch' },
      ],
      responses: {
        204: {
          description: 'Deleted, with everything that belongs to it',
          headers: {
            'Cache-Control': { $ref: '#/components/headers/NoStore' },
            'X-Request-Id': { $ref: '#/components/headers/RequestId' },
            'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
            RateLimit: { $ref: '#/components/headers/RateLimit' },
          },
        },
        400: { $ref: '#/components/responses/problem_invalid_request' },
        401: { $ref: '#/components/responses/problem_unauthenticated_or_invalid_token_or_unproven_token' },
        403: { $ref: '#/components/responses/problem_insufficient_scope' },
        404: { $ref: '#/components/responses/problem_not_found' },
        409: { $ref: '#/components/responses/problem_conflict' },
        412: { $ref: '#/components/responses/problem_precondition_failed' },
        429: { $ref: '#/components/responses/problem_rate_limited' },
        500: { $ref: '#/components/responses/problem_server_error' },
        503: { $ref: '#/components/responses/problem_temporarily_unavailable' },
      },
    });
  });

  test('errors of the management API are problem details (RFC 9457)', () => {
    const detail = 'There is no such resource, or you may not see it.';
    expect(document.components.responses?.problem_not_found).toEqual({
      description: `\`not_found\`: ${detail}`,
      headers: {
        'Cache-Control': { $ref: '#/components/headers/NoStore' },
        'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      },
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: {
            not_found: { value: { type: 'about:blank', title: 'not found', status: 404, code: 'not_found', detail } },
          },
        },
      },
    });
  });

  test('B5: errors of the OAuth endpoints are OAuth JSON with a header that says how to authenticate', () => {
    const description = 'The client is unknown or its credentials are wrong.';
    expect(document.components.responses?.oauth_invalid_client).toEqual({
      description: `\`invalid_client\`: ${description}`,
      headers: {
        'Cache-Control': { $ref: '#/components/headers/NoStore' },
        'X-Request-Id': { $ref: '#/components/headers/RequestId' },
        'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' },
      },
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/OAuthError' },
          examples: { invalid_client: { value: { error: 'invalid_client', error_description: description } } },
        },
      },
    });
  });

  test('DEC16: in flat JSON, a parameter that a form may repeat is a string', () => {
    const content = document.paths['/oauth/token']?.post?.requestBody?.content;
    const audience = (encoding: string) => content?.[encoding]?.schema.properties?.audience;
    const one = { type: 'string', maxLength: 512 };
    expect(audience('application/x-www-form-urlencoded')).toEqual({ type: 'array', items: one });
    expect(audience('application/json')).toEqual(one);
  });

  test('A2: introspection accepts a form, and not JSON', () => {
    const content = document.paths['/oauth/introspect']?.post?.requestBody?.content ?? {};
    expect(Object.keys(content)).toEqual(['application/x-www-form-urlencoded']);
  });

  test('H2: introspection accepts client credentials or a management token', () => {
    const security = document.paths['/oauth/introspect']?.post?.security;
    expect(security).toEqual([{ managementToken: ['introspect:tokens'] }, { clientBasic: [] }, {}]);
  });

  test('a reply that shows a version declares its ETag', () => {
    const all: readonly LambdaTable[] = tables;
    const withVersion = all.flatMap((table) =>
      Object.entries(table.routes)
        .filter(([, { reply }]) => Object(reply.example).version !== undefined)
        .map(([name]) => name),
    );
    const withEtag = operations.filter(({ responses }) =>
      JSON.stringify(responses).includes('#/components/headers/ETag'),
    );
    expect(withEtag.map(({ operationId }) => operationId).sort()).toEqual(withVersion.sort());
  });

  test('caches may keep only public documents', () => {
    const cacheable = operations.filter(({ responses }) => JSON.stringify(responses).includes('max-age'));
    expect(cacheable.map(({ path }) => path)).toEqual([
      '/.well-known/jwks.json',
      '/.well-known/jwks.jws',
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-protected-resource/v1/',
      '/.well-known/oauth-protected-resource/v1',
      '/.well-known/status/{listId}',
      '/v1/tenants/{tenantId}/service-users/{serviceUserId}/keys/{keyId}/jwks.json',
    ]);
  });
});

function references(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : references(value),
  );
}

function danglingReferences(root: unknown): readonly string[] {
  return references(root).filter((reference) => lookUp(root, reference) === undefined);
}

function lookUp(root: unknown, reference: string): unknown {
  const segments = reference.replace(/^#\//, '').split('/');
  return segments.reduce<unknown>((node, segment) => Object(node)[segment], root);
}
