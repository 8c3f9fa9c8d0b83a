import { startLocalDynamo } from '#infra/local/dynamo.ts';
import type { BusEvent } from '#infra/local/events.ts';
import type { AdapterChanges } from '#infra/local/functions.ts';
import type { MutualTls } from '#infra/local/gateway/configuration.ts';
import { type System, startSystem } from '#infra/local/system.ts';
import type { KeyedCertificate } from '#infra/local/tls/server-certificate.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { memoryRequestLimiter } from '#shared/adapters/node/memory-request-limiter.ts';
import type { Clock } from '#shared/domain/ambient.ts';
import type { SecretHasher } from '#shared/domain/registration/ports.ts';
import { uncounted } from '../faults/failure-counters.ts';
import { rememberAwsEnvironment } from './aws-environment.ts';
import { standingClock, type TestClock } from './clock.ts';
import { type Credentials, type Deployment, type Reach, reach } from './deployment.ts';
import { type EngineProxy, startEngineProxy } from './engine-proxy.ts';
import { startKmsWithLentKeys } from './lent-keys.ts';
import { trust } from './trust.ts';
import { countWaitingTime } from './waiting-time.ts';

/** The API that tests protect; the local gateway's sample stands behind it. */
export const REPORTS = 'https://api.example.com/reports';

/** Cheap enough for volume; production's cost is a constant of the adapter, tested there. */
const HASH_COST = 4;

/** The whole product in this process, with its clock, its engines and its events in the hands of a test. */
export interface World extends Deployment {
  /** The address for mutual TLS; empty in a world without mutual TLS. */
  readonly mutualTlsUrl: string;
  readonly clock: TestClock;
  readonly dynamo: EngineProxy;
  readonly kms: EngineProxy;
  /** The number of bcrypt comparisons so far, without comparisons that memory answered. */
  readonly comparisons: () => number;
  /** Every event sent to EventBridge so far. */
  readonly events: readonly BusEvent[];
  bootstrap: System['bootstrap'];
  rotatePepper: System['rotatePepper'];
  /** Runs a scheduled function; none runs by itself. */
  run: System['run'];
  close(): Promise<void>;
}

/** The parts of a world that a test chooses. */
export interface WorldOptions {
  readonly hashCost?: number;
  readonly adapters?: AdapterChanges;
  readonly mutualTls?: MutualTls;
  /** Makes the issuer an https URL with this certificate, which this process trusts until the world is closed. */
  readonly https?: () => Promise<KeyedCertificate>;
  readonly onReply?: Reach['onReply'];
}

/** Starts the whole product over in-memory engines, with proxies that count and fail, and a clock that stands still. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const restoreEnvironment = rememberAwsEnvironment();
  const restoreTimers = countWaitingTime();
  const certificate = await options.https?.();
  const distrust = certificate === undefined ? () => {} : trust(certificate);
  const engines = { dynamo: await startLocalDynamo(), kms: await startKmsWithLentKeys() };
  const dynamo = await startEngineProxy(engines.dynamo);
  const kms = await startEngineProxy(engines.kms);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamo.url;
  process.env.AWS_ENDPOINT_URL_KMS = kms.url;
  const clock = standingClock();
  const hashers = countComparisons(options.hashCost ?? HASH_COST);
  const events: BusEvent[] = [];
  const system = await startSystem({
    runsSchedules: false,
    mutualTls: options.mutualTls,
    https: certificate && (async () => certificate),
    onEvent: (event) => void events.push(event),
    adapters: {
      clock: () => clock,
      hasher: hashers.open,
      pepper: pepperAt(clock),
      ...unlimited,
      ...options.adapters,
    },
  });
  const { clientId, clientSecret = '' } = await system.bootstrap();
  const admin = { clientId, clientSecret };
  const close = async () => {
    await system.close();
    for (const part of [dynamo, kms, engines.dynamo, engines.kms]) await part.close();
    restoreEnvironment();
    restoreTimers();
    distrust();
  };
  return {
    ...reach({ url: system.url, admin, clock, onReply: options.onReply }),
    mutualTlsUrl: system.mutualTlsUrl ?? '',
    clock,
    dynamo,
    kms,
    comparisons: hashers.count,
    events,
    bootstrap: system.bootstrap,
    rotatePepper: system.rotatePepper,
    run: system.run,
    close,
  };
}

/** The pepper as the product keeps it, except that only the test's clock makes it old. */
export function pepperAt(clock: Clock): NonNullable<AdapterChanges['pepper']> {
  return (environment) => kmsPepper(environment, () => clock.nowSeconds() * 1_000);
}

/** No limit of requests and failures: tests send in seconds what an administrator sends in days. */
export const unlimited = {
  requestLimiter: () => memoryRequestLimiter(undefined, 1_000_000),
  failures: () => uncounted,
} as const satisfies AdapterChanges;

/** A tenant with a user in it, an API with two permissions, and a role for each. */
export interface Acme {
  readonly tenantId: string;
  readonly userId: string;
  readonly apiId: string;
  readonly readerRoleId: string;
  readonly writerRoleId: string;
  /** A tenant token with both roles. */
  readonly tenantToken: Credentials;
  /** The user's personal token; the user is a reader. */
  readonly personalToken: Credentials;
}

let serial = 0;

/** Creates in a world what most tests need: a new tenant each time, at one API with its roles. */
export async function arrangeAcme(world: Deployment): Promise<Acme> {
  serial += 1;
  const token = await world.tokenFor(world.admin);
  const create = async <Body>(path: string, body: unknown, method = 'POST'): Promise<Body> => {
    const reply = await world.manage(method, path, body, token);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`);
    return reply.body as Body;
  };
  const shared = await arrangeReports(world, create);
  const { id: tenantId } = await create<{ id: string }>('/v1/tenants', { name: `Acme ${serial}` });
  const { id: userId } = await create<{ id: string }>('/v1/users', { email: `ada${serial}@example.com` });
  await create(`/v1/tenants/${tenantId}/members/${userId}`, { roleIds: [shared.readerRoleId] }, 'PUT');
  const tenantToken = await create<Credentials>(`/v1/tenants/${tenantId}/api-tokens`, {
    description: 'nightly export',
    roleIds: [shared.readerRoleId, shared.writerRoleId],
  });
  const personalToken = await create<Credentials>(`/v1/tenants/${tenantId}/members/${userId}/api-tokens`, {
    description: 'my laptop',
  });
  return { ...shared, tenantId, userId, tenantToken, personalToken };
}

type Create = <Body>(path: string, body: unknown) => Promise<Body>;

/** The API at which all tenants have the same two roles. */
type Reports = Pick<Acme, 'apiId' | 'readerRoleId' | 'writerRoleId'>;

const arranged = new WeakMap<Deployment, Reports>();

/** Lets tenants have their roles at an API that is registered already. */
export function adoptReports(world: Deployment, reports: Reports): void {
  arranged.set(world, reports);
}

async function arrangeReports(world: Deployment, create: Create) {
  const known = arranged.get(world);
  if (known !== undefined) return known;
  const permissions = [{ value: 'read:reports', description: 'Read reports' }, { value: 'write:reports' }];
  const { id: apiId } = await create<{ id: string }>('/v1/apis', { identifier: REPORTS, name: 'Reports', permissions });
  const role = (key: string, level: number, value: string) =>
    create<{ id: string }>('/v1/roles', { key, name: key, level, permissions: [{ api: REPORTS, value }] });
  const { id: readerRoleId } = await role('reports-reader', 100, 'read:reports');
  const { id: writerRoleId } = await role('reports-writer', 50, 'write:reports');
  const reports = { apiId, readerRoleId, writerRoleId };
  arranged.set(world, reports);
  return reports;
}

/** Every function opens a hasher of its own; this counts the comparisons of all of them. */
function countComparisons(cost: number) {
  let comparisons = 0;
  const open = (): SecretHasher =>
    bcryptHasher(undefined, cost, () => {
      comparisons += 1;
    });
  return { open, count: () => comparisons };
}

export { basic, type Credentials, type Deployment, type Reply, readReply } from './deployment.ts';
