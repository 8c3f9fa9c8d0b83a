import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Body, Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { sendRaw } from '#test/support/ask/raw-http.ts';
import { anyBytes, anyForm, anyJson, anyPath, CANARY, type Sent } from '#test/support/forge/arbitrary-request.ts';
import { type Operation, routeRequests } from '#test/support/route-requests/index.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic, type Reply } from '#test/support/world/world.ts';

/** How many random requests each route gets; they differ in each run. `MINTMARK_ARBITRARY_REQUESTS=1000` takes minutes. */
const REQUESTS = Number(process.env.MINTMARK_ARBITRARY_REQUESTS ?? 16);
const RUNS = { numRuns: REQUESTS };
const RUNS_OF_PATHS = { numRuns: Math.ceil(REQUESTS / 4) };

const routes = tables.flatMap((table) =>
  Object.entries<Route>(table.routes).map(([name, route]) => ({ ...route, operation: name as Operation })),
);
const oauthRoutes = routes.filter(({ errors }) => errors === 'oauth');
const managementRoutes = routes.filter(({ path }) => path.startsWith('/v1/'));

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));
let managementToken: string;
beforeAll(async () => {
  managementToken = await world.tokenFor(world.admin);
});

describe('A11, A14, A19: every request is answered with a success or an error that repeats nothing of it', () => {
  test.each(oauthRoutes)('$method $path, with or without credentials', async ({ method, path, body }) => {
    await fc.assert(
      fc.asyncProperty(anyRequest(body), fc.boolean(), async (request, isKnown) => {
        const authorization = isKnown ? basic(acme.tenantToken) : `Basic ${request.query}`;
        expectPlain(await send(method, path, request, authorization), oauthErrors);
      }),
      RUNS,
    );
  });

  test.each(managementRoutes.filter(({ body }) => body !== undefined))(
    '$method $path',
    async ({ method, operation, body }) => {
      const { path: target } = await requests[operation]();
      await fc.assert(
        fc.asyncProperty(anyRequest(body), async (request) => {
          expectPlain(await send(method, target, request, `Bearer ${managementToken}`), problems);
        }),
        RUNS,
      );
    },
  );

  test.each(managementRoutes)('$method $path, with any path and query', async ({ method, path }) => {
    await fc.assert(
      fc.asyncProperty(anyPath(path), anyBytes, async (target, request) => {
        expectPlain(await send(method, target, request, `Bearer ${managementToken}`), problems);
      }),
      RUNS_OF_PATHS,
    );
  });
});

/** Any request, or one like the example of the route's table entry. */
function anyRequest(body: Body | undefined): fc.Arbitrary<Sent> {
  if (body === undefined) return anyBytes;
  const names = Object.keys((body.schema as z.ZodObject).shape);
  const like = body.encoding.startsWith('form') ? [anyForm, anyJson] : [anyJson];
  return fc.oneof(anyBytes, ...like.map((anyOf) => anyOf(names, body.example as object)));
}

function send(method: string, path: string, { query, headers, body }: Sent, authorization: string): Promise<Reply> {
  const target = query === '' ? path : `${path}?${query}`;
  return sendRaw(world.url, { method, target, headers: [...headers, ['authorization', authorization]], body });
}

/** RFC 6749 §5.2. */
const oauthErrors = {
  type: 'application/json',
  schema: z.strictObject({
    error: z.string().regex(/^[a-z_]+$/),
    error_description: z.string().regex(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/),
  }),
};

/** RFC 9457 §3. */
const problems = {
  type: 'application/problem+json',
  schema: z.strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().regex(/^[a-z_]+$/),
    detail: z.string(),
    field: z.string().optional(),
  }),
};

function expectPlain(reply: Reply, { type, schema }: { readonly type: string; readonly schema: z.ZodType }) {
  if (reply.status < 300) return;
  expect(reply).toMatchObject({ status: expect.toSatisfy((status: number) => status >= 400 && status < 500) });
  expect(reply.headers.get('content-type')).toBe(type);
  expect(schema.safeParse(reply.body)).toMatchObject({ success: true });
  expect(JSON.stringify([...reply.headers]) + reply.text).not.toContain(CANARY);
}
