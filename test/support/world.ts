import { startLocalDynamo } from '#infra/local/dynamo.ts';
import type { BusEvent } from '#infra/local/events.ts';
import type { AdapterChanges } from '#infra/local/functions.ts';
import type { MutualTls } from '#infra/local/gateway/configuration.ts';
import { startLocalKms } from '#infra/local/kms.ts';
import { type System, startSystem } from '#infra/local/system.ts';
import { bcryptHasher } from '#shared/adapters/bcrypt-hasher.ts';
import { memoryRequestLimiter } from '#shared/adapters/memory-request-limiter.ts';
import type { SecretHasher } from '#shared/domain/crypto-ports.ts';
import { standingClock, type TestClock } from './clock.ts';
import { type EngineProxy, startEngineProxy } from './engine-proxy.ts';
import { uncounted } from './failure-counters.ts';

/** The API that tests protect; the local gateway's sample stands behind it. */
export const REPORTS = 'https://api.example.com/reports';

/** Cheap enough for volume; production's cost is a constant of the adapter, tested there. */
const HASH_COST = 4;

/** Credentials as a creation answers them. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A reply with everything that a test may compare. */
export interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

export interface World {
  readonly url: string;
  /** Where the same is to be reached by mutual TLS; empty in a world without. */
  readonly mutualTlsUrl: string;
  readonly admin: Credentials;
  readonly clock: TestClock;
  readonly dynamo: EngineProxy;
  readonly kms: EngineProxy;
  /** bcrypt comparisons really made so far, and those that memory answered are not among them. */
  readonly comparisons: () => number;
  /** Any request, body and headers as they are. */
  send(
    method: string,
    path: string,
    init?: { headers?: Record<string, string>; body?: NonNullable<RequestInit['body']> },
  ): Promise<Reply>;
  /** A form post with HTTP Basic credentials. */
  post(path: string, credentials: Credentials | undefined, parameters: Record<string, string>): Promise<Reply>;
  /** A management request by the administrator, or by whoever's token is given. */
  manage(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
  /** The access token of an exchange that succeeds. */
  tokenFor(credentials: Credentials, parameters?: Record<string, string>): Promise<string>;
  /** Every event that EventBridge would have got. */
  readonly events: readonly BusEvent[];
  rotatePepper: System['rotatePepper'];
  /** Runs a scheduled function; none runs by itself. */
  run: System['run'];
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly hashCost?: number;
  readonly adapters?: AdapterChanges;
  readonly mutualTls?: MutualTls;
  /** Hears of every reply, and makes the request fail by throwing. */
  readonly onReply?: (method: string, path: string, reply: Reply) => void;
}

/** Starts the whole product over in-memory engines, with proxies that count and fail, and a clock that stands still. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const engines = { dynamo: await startLocalDynamo(), kms: await startLocalKms() };
  const dynamo = await startEngineProxy(engines.dynamo.url);
  const kms = await startEngineProxy(engines.kms.url);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamo.url;
  process.env.AWS_ENDPOINT_URL_KMS = kms.url;
  const clock = standingClock();
  const hashers = countComparisons(options.hashCost ?? HASH_COST);
  const events: BusEvent[] = [];
  const system = await startSystem({
    runsSchedules: false,
    mutualTls: options.mutualTls,
    onEvent: (event) => void events.push(event),
    adapters: {
      clock: () => clock,
      hasher: hashers.open,
      requestLimiter: generous,
      failures: () => uncounted,
      ...options.adapters,
    },
  });
  const { clientId, clientSecret = '' } = await system.bootstrap();
  const admin = { clientId, clientSecret };

  const send: World['send'] = async (method, path, init = {}) => {
    const response = await fetch(system.url + path, { method, ...init });
    const reply = await readReply(response);
    options.onReply?.(method, path, reply);
    return reply;
  };
  const post: World['post'] = (path, credentials, parameters) =>
    send('POST', path, {
      ...(credentials && { headers: { authorization: basic(credentials) } }),
      body: new URLSearchParams(parameters),
    });
  const tokenFor: World['tokenFor'] = async (credentials, parameters = {}) => {
    const reply = await post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });
    if (reply.status !== 200) throw new Error(`The exchange was refused: ${reply.text}`);
    return (reply.body as { access_token: string }).access_token;
  };
  const adminToken = remembering(clock, () => tokenFor(admin));
  const manage: World['manage'] = async (method, path, body, token) =>
    send(method, path, {
      headers: {
        authorization: `Bearer ${token ?? (await adminToken())}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const close = async () => {
    await system.close();
    for (const part of [dynamo, kms, engines.dynamo, engines.kms]) await part.close();
    delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
    delete process.env.AWS_ENDPOINT_URL_KMS;
  };
  return {
    url: system.url,
    mutualTlsUrl: system.mutualTlsUrl ?? '',
    admin,
    clock,
    dynamo,
    kms,
    comparisons: hashers.count,
    events,
    send,
    post,
    manage,
    tokenFor,
    rotatePepper: system.rotatePepper,
    run: system.run,
    close,
  };
}

/** Tests send in seconds what an administrator sends in days. */
const generous = () => memoryRequestLimiter(undefined, 1_000_000);

/** One exchange serves every request of the same second: an administrator's client would not ask for a token each time. */
function remembering(clock: World['clock'], exchange: () => Promise<string>): () => Promise<string> {
  let known: { readonly atSeconds: number; readonly token: Promise<string> } | undefined;
  return () => {
    const atSeconds = clock.nowSeconds();
    if (known?.atSeconds !== atSeconds) known = { atSeconds, token: exchange() };
    known.token.catch(() => {
      known = undefined;
    });
    return known.token;
  };
}

/** HTTP Basic as RFC 6749 §2.3.1 wants it: both parts form-encoded. */
export function basic({ clientId, clientSecret }: Credentials): string {
  const encoded = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return `Basic ${Buffer.from(encoded).toString('base64')}`;
}

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

/** Fills a world with what most tests need. Every call makes another tenant; API and roles are shared. */
export async function arrangeAcme(world: World): Promise<Acme> {
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
const arranged = new WeakMap<World, Pick<Acme, 'apiId' | 'readerRoleId' | 'writerRoleId'>>();

async function arrangeReports(world: World, create: Create) {
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

/** An answer as tests compare it. */
export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
