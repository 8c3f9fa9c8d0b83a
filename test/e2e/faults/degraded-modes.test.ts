import { beforeAll, describe, expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { type Operation, routeRequests } from '#test/support/route-requests/index.ts';
import type { EngineProxy, Fault } from '#test/support/world/engine-proxy.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { millisecondsWaited } from '#test/support/world/waiting-time.ts';
import type { Reply } from '#test/support/world/world.ts';

/** The API whose tokens are signed with a key of its own. */
const LEDGER = 'https://api.example.com/ledger';

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));
const guarded = {
  online: opened(() => startGuardedApi(world, { mode: 'online' })),
  offline: opened(() => startGuardedApi(world, { mode: 'offline' })),
};
let token: string;
beforeAll(async () => {
  token = await world.tokenFor(acme.tenantToken);
  await lookEverywhere();
});

/** The columns of the table: what callers may want of a workspace with warm processes. */
const operations = {
  'token issue': 'token',
  introspection: 'introspect',
  revocation: 'revoke',
  'admin change': 'createTenant',
  'admin read': 'getTenant',
  metadata: 'openidConfiguration',
  JWKS: 'jwks',
} as const satisfies Record<string, Operation>;

type Column = keyof typeof operations | 'authorizer, online' | 'authorizer, offline';
type Row = Readonly<Record<Column, string>>;

const columns = Object.entries(operations) as [Column, Operation][];
const AUTHORIZER_SECONDS_MAX = 2;
const ANSWER_SECONDS_MAX = 3;

/** One answer for each column, all asked for at the same time, and how often the engines were called. */
async function lookEverywhere(failing?: { readonly engine: EngineProxy; readonly fault: FaultOf }) {
  const prepared = await Promise.all(columns.map(async ([column, name]) => [column, await requests[name]()] as const));
  for (const engine of [world.dynamo, world.kms]) engine.forget();
  const look = () =>
    Promise.all([
      ...prepared.map(([column, { method, path, ...init }]) =>
        inTime(column, ANSWER_SECONDS_MAX, async () => told(await world.send(method, path, init))),
      ),
      ...(['online', 'offline'] as const).map((mode) =>
        inTime(`authorizer, ${mode}`, AUTHORIZER_SECONDS_MAX, async () => {
          const { status } = await guarded[mode].visit('GET', '/rest/reports', `Bearer ${token}`);
          return String(status);
        }),
      ),
    ]);
  const cells = failing === undefined ? await look() : await whileFailing(failing.engine, failing.fault, look);
  const calls = world.dynamo.calls.length + world.kms.calls.length;
  return { row: Object.fromEntries(cells) as Row, calls };
}

type FaultOf = (operation: string, body: string) => Fault | undefined;

/** The answer, or a note that it came too late. */
async function inTime(column: Column, secondsMax: number, ask: () => Promise<string>) {
  const startedAt = millisecondsWaited();
  const answer = await ask();
  const seconds = (millisecondsWaited() - startedAt) / 1_000;
  return [column, seconds < secondsMax ? answer : `${answer}, after ${seconds} s`] as const;
}

/** The answer as the caller sees it: a success, or the error and the time to wait. */
function told({ status, body, headers }: Reply): string {
  if (status < 300) return (body as { active?: boolean } | undefined)?.active === false ? 'inactive' : String(status);
  const { error, code } = body as { error?: string; code?: string };
  return `${status} ${error ?? code}, again in ${headers.get('retry-after')} s`;
}

const unavailable = '503 temporarily_unavailable, again in 1 s';
/** The status of API Gateway for an authorizer without a verdict. */
const noVerdict = '500';

/** The answers of a workspace in which nothing fails. */
const usual: Row = {
  'token issue': '200',
  introspection: '200',
  revocation: '200',
  'admin change': '201',
  'admin read': '200',
  metadata: '200',
  JWKS: '200',
  'authorizer, online': '200',
  'authorizer, offline': '200',
};

const error = (name: string, status = 400): Fault => ({ kind: 'error', name, status });
const always = (fault: Fault) => () => fault;
const onSigning = (fault: Fault) => (operation: string) => (operation === 'Sign' ? fault : undefined);
const onAudit = (fault: Fault) => (operation: string, body: string) =>
  operation === 'PutItem' && body.includes('"mintmark-audit"') ? fault : undefined;
const isAboutEs256 = (body: string) => body.includes('ECDSA_SHA_256');

/** A way in which a dependency is down: its name, and the fault of each call. */
type Way = readonly [name: string, fault: Fault];
const dynamoThrottles: readonly Way[] = [
  ['ThrottlingException', error('ThrottlingException')],
  ['ProvisionedThroughputExceededException', error('ProvisionedThroughputExceededException')],
];
const down: readonly Way[] = [
  ['an internal error', error('InternalServerError', 500)],
  ['broken connections', { kind: 'reset' }],
  ['silence', { kind: 'hang' }],
  ['halves of replies', { kind: 'truncate' }],
];

interface Degradation {
  readonly name: string;
  readonly engine: 'dynamo' | 'kms';
  readonly ways: readonly Way[];
  readonly failing: (fault: Fault) => FaultOf;
  /** The columns whose answer differs from the answer without a failure. */
  readonly row: Partial<Row>;
}

const withoutDynamo: Partial<Row> = {
  'token issue': unavailable,
  introspection: unavailable,
  revocation: unavailable,
  'admin change': unavailable,
  'admin read': unavailable,
  'authorizer, online': noVerdict,
};

const degradations: readonly Degradation[] = [
  {
    name: 'DynamoDB throttled',
    engine: 'dynamo',
    ways: dynamoThrottles,
    failing: always,
    row: withoutDynamo,
  },
  { name: 'DynamoDB down', engine: 'dynamo', ways: down, failing: always, row: withoutDynamo },
  {
    name: 'KMS Sign throttled or down',
    engine: 'kms',
    ways: [['ThrottlingException', error('ThrottlingException')], ...down],
    failing: onSigning,
    row: { 'token issue': unavailable },
  },
  {
    name: 'V6: KMS key disabled',
    engine: 'kms',
    ways: [
      ['DisabledException', error('DisabledException')],
      ['KMSInvalidStateException', error('KMSInvalidStateException')],
    ],
    failing: onSigning,
    row: { 'token issue': unavailable },
  },
  {
    name: 'U5: audit log throttled or down',
    engine: 'dynamo',
    ways: [
      ['ThrottlingException', error('ThrottlingException')],
      ['silence', { kind: 'hang' }],
    ],
    failing: onAudit,
    row: { revocation: unavailable, 'admin change': unavailable },
  },
];

describe.each(degradations)('$name', ({ engine, ways, failing, row }) => {
  test.each(ways)('INV3, INV5, INV7, INV8, INV9: every column keeps its promise under %s', async (_name, fault) => {
    const { calls } = await lookEverywhere();
    const degraded = await lookEverywhere({ engine: world[engine], fault: failing(fault) });
    expect(degraded.row).toEqual({ ...usual, ...row });
    expect(degraded.calls).toBeLessThanOrEqual(2 * calls);
    expect((await lookEverywhere()).row).toEqual(usual);
  });
});

describe('V6: a signing key that is disabled', () => {
  test('refuses the tokens of its algorithm and no others', async () => {
    await registerLedger();
    const outcomes = () =>
      Promise.all([requestToken({}), requestToken({ audience: LEDGER })].map(async (reply) => told(await reply)));
    const disabled: FaultOf = (operation, body) =>
      operation === 'Sign' && isAboutEs256(body) ? error('DisabledException') : undefined;
    expect(await whileFailing(world.kms, disabled, outcomes)).toEqual(['200', unavailable]);
    expect(await outcomes()).toEqual(['200', '200']);
  });
});

/** An API whose tokens are signed with ES256, and a role for it that the tenant's client has. */
async function registerLedger(): Promise<void> {
  const permissions = [{ value: 'read:ledger' }];
  await world.manage('POST', '/v1/apis', {
    identifier: LEDGER,
    name: 'Ledger',
    permissions,
    signingAlgorithm: 'ES256',
  });
  const role = { key: 'ledger', name: 'Ledger', level: 100, permissions: [{ api: LEDGER, value: 'read:ledger' }] };
  const { id } = (await world.manage('POST', '/v1/roles', role)).body as { id: string };
  const path = `/v1/tenants/${acme.tenantId}/api-tokens/${acme.tenantToken.clientId}`;
  await world.manage('PATCH', path, { roleIds: [acme.readerRoleId, id] });
}

function requestToken(parameters: Record<string, string>): Promise<Reply> {
  const audience = 'https://api.example.com/reports';
  return world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials', audience, ...parameters });
}
