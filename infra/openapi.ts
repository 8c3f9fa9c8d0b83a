import { readFileSync, writeFileSync } from 'node:fs';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { LambdaTable } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { errorResponses } from './openapi/error-responses.ts';
import { renderOperation } from './openapi/operation.ts';
import { parameterComponents } from './openapi/request-headers.ts';
import { schemaComponents, simplify } from './openapi/schemas.ts';
import { securitySchemes } from './openapi/security.ts';

const all: readonly LambdaTable[] = tables;
const withRoutes = all.filter((table) => Object.keys(table.routes).length > 0);

const DESCRIPTION = [
  'The management API refuses parameters and members that an operation does not declare, with 400 and their name.',
  'A change may also carry members of the reply that it cannot change; they are ignored.',
  'Texts for people must not have invisible characters (Unicode categories Cf, Zl and Zp).',
  'OAuth endpoints ignore unknown parameters. Replies may get new members.',
  'Each path that answers GET also answers HEAD. Pages of all origins may read the public documents.',
  'Beyond the rate limits of the deployment, API Gateway itself answers 429.',
].join(' ');

/** Renders the API tables as an OpenAPI 3.1 document. The same tables always give the same text. */
export function openApiDocument() {
  const document: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: 'Mintmark',
      summary: 'Machine-to-machine authorization in your own AWS account',
      description: DESCRIPTION,
      version: packageVersion(),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: '{issuer}',
        variables: {
          issuer: { default: 'https://auth.example.com', description: 'The issuer URL of the deployment' },
        },
      },
    ],
    tags: withRoutes.map(({ name, purpose }) => ({ name, description: purpose })),
    paths: renderPaths(),
    components: {
      schemas: schemaComponents,
      responses: componentResponses(),
      parameters: parameterComponents,
      headers,
      securitySchemes,
    },
  };
  return createDocument(document, { override: simplify });
}

const headers = {
  NoStore: {
    description: 'Caches must not keep the answer.',
    schema: { type: 'string', const: 'no-store' },
  },
  ETag: {
    description: 'The version of the resource, for If-Match',
    schema: { type: 'string' },
    example: '"3"',
  },
  RequestId: {
    description: 'The id of the request in logs and in audit events.',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'The seconds after which a repeat may succeed.',
    schema: { type: 'integer', minimum: 1 },
  },
  DPoPNonce: {
    description: 'The nonce that the next proof needs (RFC 9449 section 8). Only if the request had a proof.',
    schema: { type: 'string' },
  },
  RateLimitPolicy: {
    description:
      'Each quota with its limit and its window in seconds: requests of a client, as one function instance counts them; access tokens of a client with a quota; or failed attempts.',
    schema: { type: 'string' },
    example: '"client";q=3000;w=60',
  },
  RateLimit: {
    description: 'The rest of each quota, and the seconds until its window ends.',
    schema: { type: 'string' },
    example: '"client";r=2999;t=60',
  },
  WwwAuthenticate: {
    description:
      'How to authenticate: Basic for clients, Bearer (RFC 6750 section 3) or DPoP (RFC 9449 section 7.1) for management tokens.',
    schema: { type: 'string' },
  },
} as const;

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

function renderPaths() {
  const paths: ZodOpenApiPathsObject = {};
  for (const table of withRoutes) {
    for (const [operation, route] of Object.entries(table.routes)) {
      paths[route.path] = {
        ...paths[route.path],
        [route.method.toLowerCase()]: renderOperation(operation, table, route),
      };
    }
  }
  return paths;
}

function componentResponses() {
  const responses = withRoutes.flatMap((table) =>
    Object.entries(table.routes).flatMap(([operation, route]) => errorResponses(operation, table, route)),
  );
  const byName = responses.map(({ name, response }) => [name, response] as const);
  return Object.fromEntries(byName.sort(([one], [other]) => (one < other ? -1 : 1)));
}

if (import.meta.main) {
  const file = new URL('../openapi.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
}
