import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { type OwnAccount, ownAccount } from '../arrange/own-account.ts';
import { type Acme, basic, type Deployment, type World } from '../world/world.ts';

/** A request that is not sent yet. */
export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Makes a request that its route grants, a new one each time: it creates a new record, or deletes one that exists. */
export type Prepare = () => Promise<RouteRequest>;

/** The means to make requests: a tenant, and credentials of the administrator and of a client. */
export interface Desk {
  readonly acme: Acme;
  readonly tenantPath: string;
  readonly memberPath: string;
  /** A text that no request before had. */
  next(): number;
  /** A request by the administrator that is not sent yet. */
  manage(method: string, path: string, body?: object): RouteRequest;
  /** A request by the tenant's client that is not sent yet. */
  form(path: string, parameters: Record<string, string>): RouteRequest;
  /** Sends a request that creates what another request needs. */
  create<Body = { id: string }>(path: string, body: object, method?: string): Promise<Body>;
  /** Sends the same with the token of somebody else. */
  createAs<Body = { id: string }>(token: string, path: string, body: object): Promise<Body>;
  /** Reads as the administrator. */
  read<Body>(path: string): Promise<Body>;
  /** Runs a scheduled function. */
  run: World['run'];
  readonly spareAlgorithm: SigningAlgorithm;
  tokenOfTenant(): Promise<string>;
  /** A new user in no tenant, with an application that acts for the user. */
  accountOfUser(): Promise<OwnAccount>;
  /** A new member of Acme who may read reports, with an application that acts for the user outside of tenants. */
  accountOfMember(): Promise<OwnAccount>;
  /** Makes a request by the owner of an account that is not sent yet. */
  manageOwn(account: OwnAccount, method: string, path: string, body?: object): RouteRequest;
  /** The token of such a user. */
  tokenOfUser(scope?: string): Promise<string>;
}

let serial = 0;

/** A Mintmark that can make good requests: a world, or one that is deployed. */
export interface Requestable extends Deployment, Pick<World, 'run'> {
  /** The algorithm of signing keys that requests may replace and revoke; EdDSA by default. */
  readonly spareAlgorithm?: SigningAlgorithm;
}

/** Opens a desk for a world and one of its tenants. */
export async function openDesk(world: Requestable, acme: Acme): Promise<Desk> {
  const token = await world.tokenFor(world.admin);
  const tenantPath = `/v1/tenants/${acme.tenantId}`;
  const send = async <Body>(bearer: string, method: string, path: string, body: object): Promise<Body> => {
    const reply = await world.manage(method, path, body, bearer);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`);
    return reply.body as Body;
  };
  const create = <Body>(path: string, body: object, method = 'POST') => send<Body>(token, method, path, body);
  return {
    acme,
    tenantPath,
    memberPath: `${tenantPath}/members/${acme.userId}`,
    next: () => {
      serial += 1;
      return serial;
    },
    manage: (method, path, body) => request(token, method, path, body),
    form: (path, parameters) => ({
      method: 'POST',
      path,
      headers: { authorization: basic(acme.tenantToken), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(parameters).toString(),
    }),
    create,
    createAs: <Body>(theirs: string, path: string, body: object) => send<Body>(theirs, 'POST', path, body),
    read: async <Body>(path: string) => (await world.manage('GET', path, undefined, token)).body as Body,
    run: world.run,
    spareAlgorithm: world.spareAlgorithm ?? 'EdDSA',
    tokenOfTenant: () => world.tokenFor(acme.tenantToken),
    accountOfUser: () => ownAccount(world),
    accountOfMember: async () => {
      const account = await ownAccount(world);
      await create(`${tenantPath}/members/${account.userId}`, { roleIds: [acme.readerRoleId] }, 'PUT');
      return account;
    },
    manageOwn: (account, method, path, body) => request(account.token, method, path, body),
    tokenOfUser: async (scope) => (await ownAccount(world, scope === undefined ? {} : { scope })).token,
  };
}

function request(token: string, method: string, path: string, body?: object): RouteRequest {
  return {
    method,
    path,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  };
}
