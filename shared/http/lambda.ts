import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Caller, LambdaTable, PathParameters, Reply, Route } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { AuthenticatedClient } from '#shared/domain/authentication/authenticate-client.ts';
import type { Possession } from '#shared/domain/grants/bind-token.ts';
import type { AdaptersOf, PortsOf } from '#shared/ports.ts';
import { openPorts } from './open-ports.ts';
import { type GatewayReply, type OperationReply, renderReply, type SignedBody } from './reply/replies.ts';
import type { GatewayEvent, Incoming } from './request/incoming.ts';
import type { StepPorts } from './step-ports.ts';
import { appendAttempt } from './steps/audit.ts';
import { sealCursor } from './steps/cursors.ts';
import { onTheWayBack } from './way-back.ts';
import { onTheWayIn } from './way-in.ts';

type CallerOf<C extends Caller> = C extends 'anyone'
  ? undefined
  : C extends 'client' | 'grant'
    ? AuthenticatedClient
    : C extends { readonly permission: string }
      ? ManagementCaller
      : AuthenticatedClient | ManagementCaller;

type AuditAttempt = (target: Readonly<Record<string, string>>) => Promise<void>;

/**
 * What an operation gets to see: everything in it has been checked. Each member has the type that the route R declares:
 * for a route with `path: '/v1/tenants/{tenantId}'` and `body: { schema: z.object({ name: z.string() }), … }`, `params`
 * is `{ tenantId: string }` and `body` is `{ name: string }`.
 */
export interface OperationRequest<R extends Route> {
  readonly caller: CallerOf<R['caller']>;
  /** What the caller can be bound to; of routes that take a grant. */
  readonly possession: Possession | undefined;
  /** The address that the request came from, as API Gateway saw it. */
  readonly source: string;
  /**
   * Writes the audit line about an attempt. On routes that anybody may call, only the operation knows whether there is
   * anything to change; it must write the line before it changes anything.
   */
  readonly auditAttempt: R['caller'] extends 'anyone' ? AuditAttempt : undefined;
  readonly params: PathParameters<R['path']>;
  /** Whether the caller wants the answer as a signed JWT; only where the route has one. */
  readonly isSignedWanted: boolean;
  /** The version that If-Match names; undefined for any. */
  readonly expectedVersion: number | undefined;
  readonly query: R extends { readonly query: infer Query extends z.ZodType } ? z.output<Query> : undefined;
  readonly body: R extends { readonly body: { readonly schema: infer Body extends z.ZodType } }
    ? z.output<Body>
    : undefined;
}

/** The same with all members read-only at any depth: of `{ items: string[] }` it is `{ readonly items: readonly string[] }`. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

type ReplyOf<R extends Route> = OperationReply<
  R['reply']['status'],
  | (R['reply'] extends { readonly schema: infer Schema extends z.ZodType } ? Immutable<z.output<Schema>> : undefined)
  | (R['reply'] extends { readonly signedAs: string } ? SignedBody : never)
>;

type Granted<Table extends LambdaTable> = Table['grants'][number];

/** One function for each route of a table. */
export type OperationsOf<Table extends LambdaTable> = {
  readonly [Name in keyof Table['routes']]: (
    request: OperationRequest<Table['routes'][Name]>,
    ports: PortsOf<Granted<Table>>,
  ) => Promise<ReplyOf<Table['routes'][Name]>>;
};

/** A Lambda handler for API Gateway events of both versions. */
export interface GatewayHandler<Table extends LambdaTable> {
  (event: GatewayEvent, context: Context): Promise<GatewayReply>;
  /** The same handler with some adapters exchanged, such as a clock that stands still. */
  with(adapters: Partial<AdaptersOf<Granted<Table>>>): GatewayHandler<Table>;
}

/**
 * Joins a table, its adapters and one function per route to a Lambda handler. `way-in.ts` and `way-back.ts` list what
 * happens before and after the operation.
 */
export function lambda<const Table extends LambdaTable>(
  table: Table,
  adapters: AdaptersOf<Granted<Table>>,
  operations: OperationsOf<Table>,
): GatewayHandler<Table> {
  const ports = openPorts<PortsOf<Granted<Table>> & StepPorts>(adapters);
  const middied = middy<Incoming, GatewayReply>()
    .use(onTheWayBack(table, ports))
    .use(onTheWayIn(table, ports))
    .handler((event) => operate(event, operations as Operations, ports()));
  // The first step makes an `Incoming` of the event, which middy's types cannot say.
  const handler = middied as unknown as (event: GatewayEvent, context: Context) => Promise<GatewayReply>;
  return Object.assign(handler, {
    with: (changed: Partial<AdaptersOf<Granted<Table>>>) => lambda(table, { ...adapters, ...changed }, operations),
  });
}

/** A caller that lists several media types, or wildcards, gets what everybody gets. */
function acceptsSignedOnly(accept: string | undefined, { signedAs }: Reply): boolean {
  return signedAs !== undefined && accept?.trim().toLowerCase() === signedAs;
}

/** The functions of all routes by name: the route that `findRoute` found says which types its function takes. */
type Operations = Readonly<
  Record<string, (request: object, ports: unknown) => Promise<OperationReply<number, unknown>>>
>;

async function operate(event: Incoming, operations: Operations, ports: StepPorts): Promise<GatewayReply> {
  const { operation = '', route, caller, possession, pathParameters: params, parsedQuery: query, body } = event;
  const { expectedVersion, source } = event;
  const run = operations[operation];
  if (run === undefined || route === undefined) throw new Error(`No function serves the operation ${operation}.`);
  const isSignedWanted = acceptsSignedOnly(event.headers.accept, route.reply);
  const auditAttempt: AuditAttempt | undefined =
    route.caller === 'anyone' ? (target) => appendAttempt(event, target, ports) : undefined;
  const request = { caller, possession, source, auditAttempt, params, query, body, isSignedWanted, expectedVersion };
  const reply = event.repeatedReply ?? (await run(request, ports));
  event.reply = reply;
  Object.assign(event.target, reply.target);
  return renderReply(await sealCursor(reply, event, ports), route.reply);
}
