import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Caller, LambdaTable, PathParameters, Reply, Route } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { AuthenticatedClient } from '#shared/domain/authentication/authenticate-client.ts';
import type { PresentedToken } from '#shared/domain/checks/sender-constraint.ts';
import type { Possession } from '#shared/domain/grants/bind-token.ts';
import type { AdaptersOf, PortsOf } from '#shared/ports.ts';
import { presentedToken } from './caller/caller.ts';
import { openPorts } from './open-ports.ts';
import { asDomainError } from './reply/errors.ts';
import type { FileBody } from './reply/files.ts';
import { renderReply } from './reply/render-reply.ts';
import type { GatewayReply, OperationReply, SignedBody } from './reply/replies.ts';
import { type Browser, browserOf } from './request/browser.ts';
import type { GatewayEvent, Incoming } from './request/incoming.ts';
import { PREFLIGHT, preflight } from './share-origins.ts';
import type { StepPorts } from './step-ports.ts';
import { appendAttempt } from './steps/audit.ts';
import { sealCursor } from './steps/cursors.ts';
import { assertUnchanged } from './unchanged-members.ts';
import { onTheWayBack } from './way-back.ts';
import { onTheWayIn } from './way-in.ts';

type CallerOf<C extends Caller> = C extends 'anyone' | 'browser' | 'bearer'
  ? undefined
  : C extends 'client' | 'grant'
    ? AuthenticatedClient
    : C extends { readonly permission: string }
      ? ManagementCaller
      : AuthenticatedClient | ManagementCaller;

type AuditAttempt = (target: Readonly<Record<string, string>>) => Promise<void>;

/**
 * The request of an operation, after all checks. Each member has the type that the route R declares: for a route with
 * `path: '/v1/tenants/{tenantId}'` and `body: { schema: z.object({ name: z.string() }), … }`, `params` is
 * `{ tenantId: string }` and `body` is `{ name: string }`.
 */
export interface OperationRequest<R extends Route> {
  readonly caller: CallerOf<R['caller']>;
  /** The key and the certificate that the requester has proven to hold; only on routes whose caller is `grant`. */
  readonly possession: Possession | undefined;
  /** The address of the requester, as API Gateway saw it. */
  readonly source: string;
  /** The access token and its proof, not checked; only on routes whose caller is `bearer`. */
  readonly presented: R['caller'] extends 'bearer' ? PresentedToken : undefined;
  /** What the browser sent; only on routes whose caller is `browser`. */
  readonly browser: R['caller'] extends 'browser' ? Browser : undefined;
  /**
   * Writes the audit event of an attempt, with the ids of the records that it is about to change. Routes whose caller
   * is `anyone` or `browser` have it: there only the operation knows whether a request changes anything. It must write
   * the event before the change.
   */
  readonly auditAttempt: R['caller'] extends 'anyone' | 'browser' ? AuditAttempt : undefined;
  readonly params: PathParameters<R['path']>;
  /** Whether the caller asks for the answer as a signed JWT; only on routes that have such an answer. */
  readonly isSignedWanted: boolean;
  /** The version that If-Match names; undefined for any version. */
  readonly expectedVersion: number | undefined;
  readonly query: R extends Unread
    ? undefined
    : R extends { readonly query: infer Query extends z.ZodType }
      ? z.output<Query>
      : undefined;
  readonly body: R extends Unread
    ? undefined
    : R extends { readonly body: { readonly schema: infer Body extends z.ZodType } }
      ? z.output<Body>
      : undefined;
}

/** A route whose operation reads query and body itself. */
type Unread = { readonly readsInputItself: true };

/** The type T, read-only at any depth: `{ items: string[] }` becomes `{ readonly items: readonly string[] }`. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

type ReplyOf<R extends Route> = OperationReply<
  R['reply']['status'],
  | (R['reply'] extends { readonly schema: infer Schema extends z.ZodType }
      ? Immutable<z.output<Schema>>
      : R['reply'] extends { readonly file: string }
        ? never
        : undefined)
  | (R['reply'] extends { readonly signedAs: string } ? SignedBody : never)
  | (R['reply'] extends { readonly file: string } ? FileBody : never)
>;

type Granted<Table extends LambdaTable> = Table['grants'][number];

/** One function for each route of a table. */
export type OperationsOf<Table extends LambdaTable> = {
  readonly [Name in keyof Table['routes']]: (
    request: OperationRequest<Table['routes'][Name]>,
    ports: PortsOf<Granted<Table>>,
  ) => Promise<ReplyOf<Table['routes'][Name]>>;
};

/** A Lambda handler for both versions of API Gateway events. */
export interface GatewayHandler<Table extends LambdaTable> {
  (event: GatewayEvent, context: Context): Promise<GatewayReply>;
  /** Makes the same handler with other adapters, for example with a clock that stands still. */
  with(adapters: Partial<AdaptersOf<Granted<Table>>>): GatewayHandler<Table>;
}

/**
 * Makes a Lambda handler of a table, its adapters and one function for each route. `way-in.ts` lists the steps before
 * the operation, `way-back.ts` the steps after it.
 */
export function lambda<const Table extends LambdaTable>(
  table: Table,
  adapters: AdaptersOf<Granted<Table>>,
  operations: OperationsOf<Table>,
): GatewayHandler<Table> {
  const ports = openPorts<PortsOf<Granted<Table>> & StepPorts>(adapters);
  const chain = middy<Incoming, GatewayReply>()
    .use(onTheWayBack(table, ports))
    .use(onTheWayIn(table, ports))
    .handler(async (event) => {
      const runs = { ...(operations as Operations), [PREFLIGHT]: () => preflight(event, ports()) };
      await assertUnchanged(event, table, (operation) => bodyOf(operation, event, runs, ports()));
      return operate(event, runs, ports());
    });
  // The first step turns the event into an `Incoming`; middy has no type for that.
  const handler = chain as unknown as (event: GatewayEvent, context: Context) => Promise<GatewayReply>;
  return Object.assign(handler, {
    with: (changed: Partial<AdaptersOf<Granted<Table>>>) => lambda(table, { ...adapters, ...changed }, operations),
  });
}

/**
 * Runs a change for each version that If-Match lists, until one of them is the current version. A change for another
 * version changes nothing.
 */
async function runForOne<Result>(
  [first, ...others]: readonly number[] = [],
  run: (expectedVersion: number | undefined) => Promise<Result>,
): Promise<Result> {
  return run(first).catch((error: unknown) => {
    if (others.length === 0 || asDomainError(error).code !== 'precondition_failed') throw error;
    return runForOne(others, run);
  });
}

/** Whether Accept names the signed form and nothing else. Lists and wildcards get the unsigned form. */
function acceptsSignedOnly(accept: string | undefined, { signedAs }: Reply): boolean {
  return signedAs !== undefined && accept?.trim().toLowerCase() === signedAs;
}

/** The functions of all routes by name. Their own types are left out, because `findRoute` chooses at run time. */
type Operations = Readonly<
  Record<string, (request: object, ports: unknown) => Promise<OperationReply<number, unknown>>>
>;

/** Runs an operation that only reads, for the ids in the path of another request. */
async function bodyOf(
  operation: string,
  { caller, source, pathParameters: params }: Incoming,
  operations: Operations,
  ports: StepPorts,
): Promise<unknown> {
  return (await operations[operation]?.({ caller, source, params }, ports))?.body;
}

async function operate(event: Incoming, operations: Operations, ports: StepPorts): Promise<GatewayReply> {
  const { operation = '', route, caller, possession, pathParameters: params, parsedQuery: query, body } = event;
  const { expectedVersions, source } = event;
  const run = operations[operation];
  if (run === undefined || route === undefined) throw new Error(`No function serves the operation ${operation}.`);
  const isSignedWanted = acceptsSignedOnly(event.headers.accept, route.reply);
  const isOpen = route.caller === 'anyone' || route.caller === 'browser';
  const auditAttempt: AuditAttempt | undefined = isOpen ? (target) => appendAttempt(event, target, ports) : undefined;
  const browser = route.caller === 'browser' ? browserOf(event) : undefined;
  const presented = route.caller === 'bearer' ? presentedToken(event, ports) : undefined;
  const request = { caller, possession, source, presented, browser, auditAttempt, params, query, body, isSignedWanted };
  const runExpecting = (expectedVersion: number | undefined) => run({ ...request, expectedVersion }, ports);
  const reply = event.repeatedReply ?? (await runForOne(expectedVersions, runExpecting));
  event.reply = reply;
  Object.assign(event.target, reply.target);
  return renderReply(await sealCursor(reply, event, ports), route.reply);
}
