import type * as z from 'zod';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import type { AuditEventType } from '#shared/domain/records/audit.ts';
import type { Grant } from '#shared/ports.ts';

/** The HTTP method of a route. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * The kinds of callers that a route takes:
 * - `anyone`: also without credentials
 * - `browser`: a person in a browser, with cookies or without; the operation finds the session
 * - `bearer`: the sender of an access token, which the operation checks itself
 * - `client`: a client that authenticates with its credentials (RFC 6749 §2.3)
 * - `grant`: a client as above, the signer of an assertion (RFC 7521 §4.1), or a workload with a trusted issuer's token
 * - `permission`: the holder of a management token that has this permission
 * - `clientOrPermission`: a client, or the holder of a management token that has this permission (RFC 7662 §2.1)
 */
export type Caller =
  | 'anyone'
  | 'browser'
  | 'bearer'
  | 'client'
  | 'grant'
  | { readonly permission: SystemPermission }
  | { readonly clientOrPermission: SystemPermission };

/** The form of errors: JSON of RFC 6749 §5.2, problem details of RFC 9457, or a page for a person. */
export type ErrorStyle = 'oauth' | 'problem' | 'page';

/**
 * The encoding of a body: JSON, a JSON merge patch (RFC 7396), a form (RFC 6749 appendix B), or a form that may also
 * come as flat JSON (DEC16).
 */
export type BodyEncoding = 'json' | 'merge-patch' | 'form' | 'form-or-flat-json';

/** The body that a route takes. */
export interface Body {
  readonly encoding: BodyEncoding;
  readonly schema: z.ZodType;
  /** The members that a form may repeat (RFC 8707 §2, RFC 8693 §2.1). */
  readonly repeatable?: readonly string[];
  readonly example: unknown;
}

/** The answer of a successful request. Without a schema, `signedAs` and `file`, it has no body. */
export interface Reply {
  readonly status: 200 | 201 | 204;
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /**
   * The media type of the answer as a signed JWT. A request gets it if its `Accept` names this type and no other (RFC
   * 9701 §4). Without a schema, the signed JWT is the only form.
   */
  readonly signedAs?: `application/${string}+jwt`;
  /**
   * The media type of a file. `text/html` is a page for a person: it has its own status and security headers, and can be
   * a redirect (303) in its place.
   */
  readonly file?: 'text/html' | 'text/css';
  /** How long caches may keep the answer; `varying` if the operation decides. All other answers are `no-store`. */
  readonly maxAgeSeconds?: number | 'varying';
}

/** The description of a route. The stack, the OpenAPI document, the local gateway and the tests are made from it. */
export interface Route {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly summary: string;
  readonly caller: Caller;
  readonly errors: ErrorStyle;
  readonly query?: z.ZodObject;
  readonly body?: Body;
  /** Whether the operation reads query and body itself, because it answers their faults in its own way. */
  readonly readsInputItself?: boolean;
  /** Whether a request may bind itself to a key by a DPoP proof (RFC 9449 §5, §10.1). Grants always may. */
  readonly takesProof?: boolean;
  /** Whether pages of a client may read its answers: pages of the origins of its redirect URIs (M19). */
  readonly isForPages?: boolean | undefined;
  readonly reply: Reply;
  /**
   * Whether a request can be a guess at a code or a link, lets a mail be sent, or makes us call another server. The route of API Gateway then has a limit
   * of its own.
   */
  readonly takesGuesses?: boolean;
  /** The audit event of a change. Every route that changes something must have one. */
  readonly audit?: AuditEventType;
  /** Members of the body or query that name the changed record together with the path, for the audit event. */
  readonly audited?: readonly string[];
}

/** Whether a route shows a document that anybody may read: keys, metadata or a status list. */
export function isPublicDocument({ method, caller }: Route): boolean {
  return method === 'GET' && caller === 'anyone';
}

/**
 * Names the methods that a route answers: HEAD wherever GET is (RFC 9110 §9.3.2), and OPTIONS for public documents and
 * where pages of clients may read.
 */
export function methodsOf(route: Route): readonly string[] {
  const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  return isPublicDocument(route) || route.isForPages === true ? [...methods, 'OPTIONS'] : methods;
}

/**
 * Whether a route belongs to the management API. It refuses parameters and members that it does not know. OAuth
 * endpoints ignore them (RFC 6749 §3.2), and so do public documents.
 */
export function isOfManagementApi(route: Route): boolean {
  return route.path.startsWith('/v1/') && !isPublicDocument(route);
}

/** Whether a route creates a record of the workspace. Then it takes an `Idempotency-Key`. */
export function isCreation(route: Route): boolean {
  return route.reply.status === 201 && isOfManagementApi(route);
}

/**
 * API Gateway's path of all preflights of the management API. A function that has a path for itself answers its
 * preflights alike.
 */
export const MANAGEMENT_PREFLIGHTS = '/v1/{rest+}';

/** Whether a route reads DPoP proofs that bind what it makes to a key. */
export function readsProofs({ caller, takesProof }: Route): boolean {
  return caller === 'grant' || takesProof === true;
}

/** The description of a Lambda: its purpose, its grants, and its routes by the names of their operations. */
export interface LambdaTable {
  readonly name: string;
  readonly purpose: string;
  readonly grants: readonly Grant[];
  readonly routes: Readonly<Record<string, Route>>;
  /**
   * The paths below which this function serves everything. API Gateway gets one greedy route for each of them in the
   * place of a route for each page or resource, because a stack has 500 resources at most. Routes with a limit of their
   * own stay.
   */
  readonly greedyBelow?: readonly Route['path'][];
  /** The method of a greedy path that another function serves, which the answer 405 names, too. */
  readonly servedElsewhere?: Readonly<Record<Route['path'], string>>;
  /** Only for a function that runs on a schedule. */
  readonly schedule?: { readonly everyMinutes: number };
  /** How long a run may take. Only for functions that answer no requests. */
  readonly timeoutSeconds?: number;
}

type GrantsForManager = 'records:read' | 'tokens:verify' | 'proofs:verify' | 'audit:append';

type GrantsForClient =
  | 'records:read'
  | 'pepper:use'
  | 'secrets:hash'
  | 'failures:count'
  | 'usage:note'
  | 'usage:read'
  | 'assertions:verify'
  | 'assertions:redeem'
  | 'certificates:verify'
  | 'audit:append';

/** The grants that are needed to recognise each kind of caller, and to write the audit event of a refusal. */
interface GrantsForCaller {
  readonly anyone: never;
  readonly browser: 'records:read';
  readonly bearer: GrantsForManager;
  readonly client: GrantsForClient;
  readonly grant: 'workloads:verify' | 'proofs:verify' | GrantsForClient;
  readonly manager: GrantsForManager;
  readonly either: GrantsForManager | GrantsForClient;
}

type CallerKind<C> = C extends 'anyone' | 'browser' | 'bearer' | 'client' | 'grant'
  ? C
  : C extends { readonly permission: SystemPermission }
    ? 'manager'
    : 'either';

type GrantsForRoute<R extends Route> =
  | GrantsForCaller[CallerKind<R['caller']>]
  | (R extends { readonly takesProof: true } ? 'proofs:verify' : never)
  | (R extends { readonly path: `/v1/${string}`; readonly reply: { readonly status: 201 } }
      ? 'requests:remember'
      : never)
  | (R extends { readonly query: z.ZodType<{ readonly cursor?: string | undefined }> } ? 'pepper:use' : never);

type NeededGrants<Table extends LambdaTable> = GrantsForRoute<Table['routes'][keyof Table['routes']]>;

type Missing<Table extends LambdaTable> = Exclude<NeededGrants<Table>, Table['grants'][number]>;

/** Declares a Lambda. A table without a grant that its routes need is a type error. */
export function lambdaTable<const Table extends LambdaTable>(
  table: Table & ([Missing<Table>] extends [never] ? unknown : { readonly missingGrants: Missing<Table> }),
): Table {
  return table;
}

type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never;

/** The parameters of a path such as `/v1/tenants/{tenantId}`. */
export type PathParameters<Path extends string> = { readonly [Name in ParameterNames<Path>]: string };

/**
 * Renders a path for an HTTP API of API Gateway, which takes no slash at the end. There a greedy variable replaces the
 * last segment. It matches other paths, too, which no route serves.
 */
export function gatewayPath(path: Route['path']): Route['path'] {
  return path.endsWith('/') ? `/${path.split('/').slice(1, -2).join('/')}/{rest+}` : path;
}
