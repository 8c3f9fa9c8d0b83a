import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import type { Caller, LambdaTable, PathParameters, Reply, Route } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { AuthenticatedClient } from '#shared/domain/authentication/authenticate-client.ts';
import type { Possession } from '#shared/domain/grants/bind-token.ts';
import type { AdaptersOf, Environment, PortsOf } from '#shared/ports.ts';
import type { CallerPorts } from './caller/caller-ports.ts';
import { openPorts } from './open-ports.ts';
import { type GatewayReply, type OperationReply, renderReply, type SignedBody } from './reply/replies.ts';
import type { GatewayEvent, Incoming } from './request/incoming.ts';
import { answerErrors } from './steps/answer-errors.ts';
import { appendAttempt, audit } from './steps/audit.ts';
import { checkInput, decodeMembers } from './steps/check-input.ts';
import { openCursors, sealCursor } from './steps/cursors.ts';
import { findRoute } from './steps/find-route.ts';
import { answerRepeats } from './steps/idempotency.ts';
import { noteUse } from './steps/note-use.ts';
import { checkPossession, tellNonce } from './steps/possession.ts';
import { nameRequest, readEvent } from './steps/read-event.ts';
import { authoriseCaller, recogniseCaller } from './steps/recognise-caller.ts';
import { auditRefusals } from './steps/refusals.ts';
import { countRequests, tellQuotas } from './steps/request-quota.ts';
import { watchFailures, writeLog } from './steps/write-log.ts';

type CallerOf<C extends Caller> = C extends 'anyone'
  ? undefined
  : C extends 'client' | 'grant'
    ? AuthenticatedClient
    : C extends { readonly permission: string }
      ? ManagementCaller
      : AuthenticatedClient | ManagementCaller;

type AuditAttempt = (target: Readonly<Record<string, string>>) => Promise<void>;

/** What an operation gets to see: everything in it has been checked. */
export interface OperationRequest<R extends Route> {
  readonly caller: CallerOf<R['caller']>;
  /** What the caller can be bound to; of routes that take a grant. */
  readonly possession: Possession | undefined;
  /** The address that the request came from, as API Gateway saw it. */
  readonly source: string;
  /**
   * Writes the line about an auditAttempt, where anybody may ask and only the operation knows whether there is anything to
   * change: it must do so before it changes that.
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

/** Headers for answers that no browser is meant to render (ASVS 3.4); everything about pages is off. */
const securityHeaders = {
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true, preload: false },
  contentTypeOptions: { action: 'nosniff' },
  contentSecurityPolicy: false,
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  dnsPrefetchControl: false,
  downloadOptions: false,
  frameOptions: false,
  originAgentCluster: false,
  permissionsPolicy: false,
  permittedCrossDomainPolicies: false,
  reportTo: false,
  xssProtection: false,
} as const;

/** Joins a table, its adapters and one function per route to a Lambda handler; reading the chain is reading its way. */
export function lambda<const Table extends LambdaTable>(
  table: Table,
  adapters: AdaptersOf<Granted<Table>>,
  operations: OperationsOf<Table>,
): GatewayHandler<Table> {
  const ports = openPorts<PortsOf<Granted<Table>>>(adapters as { environment: () => Environment });
  const handler = middy<GatewayEvent, GatewayReply>()
    .use(httpHeaderNormalizer())
    .use(readEvent())
    .use(writeLog(table))
    .use(nameRequest())
    .use(tellQuotas())
    .use(tellNonce())
    .use(httpSecurityHeaders(securityHeaders))
    .use(answerErrors(table, ports as () => PortsOf<never>))
    .use(auditRefusals(ports as () => PortsOf<never>))
    .use(findRoute(table))
    .use(watchFailures(ports as () => CallerPorts))
    .use(decodeMembers())
    .use(checkPossession(ports as () => CallerPorts))
    .use(recogniseCaller(ports as () => CallerPorts))
    .use(countRequests(ports))
    .use(noteUse(ports as () => CallerPorts))
    .use(authoriseCaller())
    .use(checkInput())
    .use(openCursors(ports as () => CallerPorts))
    .use(answerRepeats(ports as () => CallerPorts))
    .use(audit(ports as () => CallerPorts))
    .handler((event) => operate(event as unknown as Incoming, operations as Operations, ports() as CallerPorts));
  return Object.assign(handler as unknown as (event: GatewayEvent, context: Context) => Promise<GatewayReply>, {
    with: (changed: Partial<AdaptersOf<Granted<Table>>>) => lambda(table, { ...adapters, ...changed }, operations),
  });
}

/** Whoever lists several media types, or wildcards, gets what everybody gets. */
function acceptsSignedOnly(accept: string | undefined, { signedAs }: Reply): boolean {
  return signedAs !== undefined && accept?.trim().toLowerCase() === signedAs;
}

type Operations = Readonly<
  Record<string, (request: object, ports: unknown) => Promise<OperationReply<number, unknown>>>
>;

async function operate(event: Incoming, operations: Operations, ports: CallerPorts): Promise<GatewayReply> {
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
