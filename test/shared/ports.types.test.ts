import { describe, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import type { GrantRendering } from '#infra/granted.ts';
import { grants } from '#infra/grants.ts';
import { lambdaTable, type PathParameters } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { AuthenticatedClient } from '#shared/domain/authentication/authenticate-client.ts';
import type { AuditLog } from '#shared/domain/records/audit.ts';
import type { RecordReader } from '#shared/domain/records/look.ts';
import type { TokenVerifier } from '#shared/domain/tokens/ports.ts';
import { lambda, type OperationsOf } from '#shared/http/lambda.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import type { AdaptersOf, AmbientPorts, Grant, PortsOf } from '#shared/ports.ts';

/**
 * Promises that the compiler keeps. `npm run check:types` fails if a type differs from the expected type, and if an
 * expected error does not occur.
 */

const reports = lambdaTable({
  name: 'reports',
  purpose: 'Keeps reports.',
  grants: ['records:read', 'tokens:verify', 'proofs:verify', 'requests:remember', 'audit:append'],
  routes: {
    listReports: {
      method: 'GET',
      path: '/v1/tenants/{tenantId}/reports',
      summary: 'List reports',
      caller: { permission: 'read:tenants' },
      errors: 'problem',
      query: z.object({ limit: z.string().transform(Number) }),
      reply: { status: 200, description: 'Names', schema: z.object({ names: z.array(z.string()) }) },
    },
    createReport: {
      method: 'POST',
      path: '/v1/tenants/{tenantId}/members/{userId}/reports',
      summary: 'Create a report',
      caller: { permission: 'write:tenants' },
      errors: 'problem',
      body: { encoding: 'json', schema: z.object({ name: z.string().default('new') }), example: {} },
      reply: { status: 201, description: 'The report', schema: z.object({ name: z.string() }) },
      audit: 'tenant.created',
    },
  },
});

/** An adapter that is never called. These tests only see whether code compiles. */
const unopened = (): never => {
  throw new Error('No port is opened in a test of types.');
};

const ambient = {
  issuer: unopened,
  mutualTlsUrl: unopened,
  defaultAudience: unopened,
  importedSecrets: unopened,
  hs256Apis: unopened,
  clock: unopened,
  random: unopened,
  certificates: unopened,
  digests: unopened,
  requestLimiter: unopened,
};

const adapters = {
  ...ambient,
  environment: unopened,
  records: unopened,
  verifier: unopened,
  proofVerifier: unopened,
  proofMemory: unopened,
  memory: unopened,
  audit: unopened,
};

const operations: OperationsOf<typeof reports> = {
  listReports: async () => ok({ names: [] }),
  createReport: async ({ body }) => created({ name: body.name }, {}),
};

const { listReports, createReport } = operations;

describe('ports of grants', () => {
  test('a handler has the ports of its grants and no others', () => {
    expectTypeOf<PortsOf<'records:read' | 'tokens:verify' | 'audit:append'>>().branded.toEqualTypeOf<
      AmbientPorts & { readonly records: RecordReader; readonly verifier: TokenVerifier; readonly audit: AuditLog }
    >();
  });

  test('a handler without grants has only the ambient ports', () => {
    expectTypeOf<PortsOf<never>>().toEqualTypeOf<AmbientPorts>();
  });

  test('a function opens one adapter for each port, and its environment', () => {
    expectTypeOf<keyof AdaptersOf<'records:read'>>().toEqualTypeOf<'records' | 'environment' | keyof AmbientPorts>();
  });
});

describe('lambda', () => {
  test('makes a handler of a table, its adapters and one function for each route', () => {
    lambda(reports, adapters, operations);
  });

  test('a missing adapter is an error', () => {
    const { verifier: _, ...withoutVerifier } = adapters;
    // @ts-expect-error: the grant `tokens:verify` needs the adapter `verifier`
    lambda(reports, withoutVerifier, operations);
  });

  test('an adapter that opens another port is an error', () => {
    // @ts-expect-error: an audit log is not a verifier
    lambda(reports, { ...adapters, verifier: (): AuditLog => ({ append: async () => {} }) }, operations);
  });

  test('a port that no grant gives is an error', () => {
    lambda(reports, adapters, {
      createReport,
      listReports: async (_request, ports) => {
        // @ts-expect-error: `tokens:sign` is not among the grants
        void ports.signer;
        return ok({ names: [] });
      },
    });
  });

  test('a route without a function is an error', () => {
    // @ts-expect-error: no function serves `createReport`
    lambda(reports, adapters, { listReports });
  });

  test('a function without a route is an error', () => {
    // @ts-expect-error: the table has no `deleteReport`
    lambda(reports, adapters, { listReports, createReport, deleteReport: async () => done(204) });
  });

  test('a status or a body that the table does not promise is an error', () => {
    // @ts-expect-error: a creation answers 201
    lambda(reports, adapters, { listReports, createReport: async () => ok({ name: 'new' }) });
    // @ts-expect-error: the reply has a name
    lambda(reports, adapters, { listReports, createReport: async () => created({ title: 'new' }, {}) });
  });

  test('only an adapter of the table can be exchanged', () => {
    const handler = lambda(reports, adapters, operations);
    handler.with({ clock: unopened });
    // @ts-expect-error: `tokens:sign` is not among the grants
    handler.with({ signer: unopened });
  });
});

describe('the request of an operation', () => {
  type Request<Name extends keyof typeof operations> = Parameters<(typeof operations)[Name]>[0];

  test('has the parameters of the path', () => {
    expectTypeOf<Request<'createReport'>['params']>().branded.toEqualTypeOf<{
      readonly tenantId: string;
      readonly userId: string;
    }>();
    expectTypeOf<keyof PathParameters<'/oauth/token'>>().toEqualTypeOf<never>();
  });

  test('has query and body in the types that their schemas return', () => {
    expectTypeOf<Request<'listReports'>['query']>().toEqualTypeOf<{ limit: number }>();
    expectTypeOf<Request<'listReports'>['body']>().toEqualTypeOf<undefined>();
    expectTypeOf<Request<'createReport'>['body']>().toEqualTypeOf<{ name: string }>();
  });

  test('has a caller of the kind that the route takes', () => {
    expectTypeOf<Request<'listReports'>['caller']>().toEqualTypeOf<ManagementCaller>();
    const base = { method: 'GET', path: '/oauth/a', summary: '', errors: 'oauth' } as const;
    const reply = { status: 200, description: '' } as const;
    const byAnyone = { ...base, caller: 'anyone', reply } as const;
    const byClient = { ...base, caller: 'client', reply } as const;
    const byEither = { ...base, caller: { clientOrPermission: 'introspect:tokens' }, reply } as const;
    type Callers = OperationsOf<{ name: ''; purpose: ''; grants: []; routes: Readonly<typeof routes> }>;
    const routes = { byAnyone, byClient, byEither };
    expectTypeOf<Parameters<Callers['byAnyone']>[0]['caller']>().toEqualTypeOf<undefined>();
    expectTypeOf<Parameters<Callers['byClient']>[0]['caller']>().toEqualTypeOf<AuthenticatedClient>();
    expectTypeOf<Parameters<Callers['byEither']>[0]['caller']>().toEqualTypeOf<
      AuthenticatedClient | ManagementCaller
    >();
  });
});

describe('lambdaTable', () => {
  const table = { name: 'reports', purpose: 'Keeps reports.' };
  const { listReports: byPermission, createReport: withEvent } = reports.routes;
  const byClient = { ...byPermission, caller: 'client' } as const;
  const byEither = { ...byPermission, caller: { clientOrPermission: 'introspect:tokens' } } as const;
  const forAssertions = ['assertions:verify', 'assertions:redeem', 'certificates:verify'] as const;
  const forSecrets = [
    'records:read',
    'pepper:use',
    'secrets:hash',
    'failures:count',
    'usage:note',
    'usage:read',
    'audit:append',
  ] as const;
  const forClients = [...forSecrets, ...forAssertions] as const;

  test('a grant that no caller needs may be left out', () => {
    lambdaTable({ ...table, grants: [], routes: {} });
    lambdaTable({ ...table, grants: [], routes: { open: { ...byPermission, caller: 'anyone' } } });
  });

  test('a management route without the grants to check tokens is an error', () => {
    // @ts-expect-error: `tokens:verify` is missing
    lambdaTable({ ...table, grants: ['records:read', 'proofs:verify', 'audit:append'], routes: { byPermission } });
    // @ts-expect-error: `proofs:verify` is missing
    lambdaTable({ ...table, grants: ['records:read', 'tokens:verify', 'audit:append'], routes: { byPermission } });
    // @ts-expect-error: `records:read` is missing
    lambdaTable({ ...table, grants: ['tokens:verify', 'proofs:verify', 'audit:append'], routes: { byPermission } });
  });

  test('a client route without the grants to check secrets and assertions is an error', () => {
    lambdaTable({ ...table, grants: forClients, routes: { byClient } });
    const byGrant = { ...byClient, caller: 'grant' } as const;
    lambdaTable({ ...table, grants: [...forClients, 'workloads:verify', 'proofs:verify'], routes: { byGrant } });
    // @ts-expect-error: `workloads:verify` and `proofs:verify` are missing
    lambdaTable({ ...table, grants: forClients, routes: { byGrant } });
    const [, ...withoutRecords] = forClients;
    // @ts-expect-error: `records:read` is missing
    lambdaTable({ ...table, grants: withoutRecords, routes: { byClient } });
    // @ts-expect-error: `assertions:redeem` is missing
    lambdaTable({ ...table, grants: forSecrets, routes: { byClient } });
  });

  test('a route for two kinds of callers without the grants for both is an error', () => {
    const both = ['tokens:verify', 'proofs:verify', ...forClients] as const;
    lambdaTable({ ...table, grants: both, routes: { byEither } });
    // @ts-expect-error: `tokens:verify` is missing
    lambdaTable({ ...table, grants: ['proofs:verify', ...forClients], routes: { byEither } });
  });

  test('a caller without the grant to write down its refusal is an error', () => {
    // @ts-expect-error: `audit:append` is missing
    lambdaTable({ ...table, grants: ['records:read', 'tokens:verify', 'proofs:verify'], routes: { withEvent } });
  });

  test('a grant or a permission that does not exist is an error', () => {
    // @ts-expect-error: there is no such grant
    lambdaTable({ ...table, grants: ['everything'], routes: {} });
    const caller = { permission: 'write:everything' } as const;
    // @ts-expect-error: there is no such permission
    lambdaTable({ ...table, grants: ['records:read', 'tokens:verify'], routes: { any: { ...byPermission, caller } } });
  });
});

describe('grants', () => {
  test('the grant to write rosters permits no other record', () => {
    type Rosters = PortsOf<'rosters:write'>['rosters'];
    expectTypeOf<Parameters<Rosters['insert']>[0]['kind']>().toEqualTypeOf<'roster'>();
    expectTypeOf<Parameters<Rosters['replace']>[0]['kind']>().toEqualTypeOf<'roster'>();
    expectTypeOf<Rosters>().not.toHaveProperty('remove');
  });

  test('exactly the grants have an IAM half', () => {
    expectTypeOf<keyof typeof grants>().toEqualTypeOf<Grant>();
  });

  test('a grant without its IAM half is an error', () => {
    const { 'audit:append': _, ...incomplete } = grants;
    // @ts-expect-error: `audit:append` has no IAM half
    const rendering: Readonly<Record<Grant, GrantRendering>> = incomplete;
    void rendering;
  });
});
