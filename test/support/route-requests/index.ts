import type { Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import type { Acme } from '../world/world.ts';
import { accountRequests } from './account.ts';
import { apiTokenRequests } from './api-tokens.ts';
import { openDesk, type Prepare, type Requestable } from './desk.ts';
import { directoryRequests } from './directory.ts';
import { identityProviderRequests } from './identity-providers.ts';
import { applicationRequests, serviceUserRequests } from './machines.ts';
import { membershipRequests } from './membership.ts';
import { oauthRequests } from './oauth.ts';
import { ownApiTokenRequests } from './own-api-tokens.ts';
import { ownApplicationRequests } from './own-applications.ts';
import { secretRequests } from './secrets.ts';
import { signingKeyRequests } from './signing-keys.ts';

export type { RouteRequest } from './desk.ts';

type Table = (typeof tables)[number];
type OperationOf<OneTable> = OneTable extends { readonly routes: infer Routes } ? Extract<keyof Routes, string> : never;

/** Every operation that any route of the API tables names. */
export type Operation = OperationOf<Table>;

/** A good request for every route. */
export type RouteRequests = Readonly<Record<Operation, Prepare>>;

/** Each route that one of these functions serves, with the status of its success, who may call it and whether it answers in pages. */
export function operationsOf(...functionNames: readonly Table['name'][]) {
  const served = tables.filter(({ name }) => functionNames.includes(name));
  return served.flatMap(({ routes }) =>
    Object.entries<Route>(routes).map(([name, { reply, audit, caller, query }]) => ({
      operation: name as Operation,
      status: reply.status,
      isChange: audit !== undefined,
      isOpen: caller === 'anyone',
      isPaged: Object.hasOwn(query?.shape ?? {}, 'limit'),
    })),
  );
}

/** Prepares requests in a world. A route without one is a type error here. */
export async function routeRequests(world: Requestable, acme: Acme): Promise<RouteRequests> {
  const desk = await openDesk(world, acme);
  return {
    ...oauthRequests(desk),
    ...signingKeyRequests(desk),
    ...apiTokenRequests(desk),
    ...ownApiTokenRequests(desk),
    ...secretRequests(desk),
    ...directoryRequests(desk),
    ...accountRequests(desk),
    ...membershipRequests(desk),
    ...identityProviderRequests(desk),
    ...serviceUserRequests(desk),
    ...applicationRequests(desk),
    ...ownApplicationRequests(desk),
  };
}
