import type * as z from 'zod';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import type { AuditEventType } from '#shared/domain/records/audit.ts';
import type { Grant } from '#shared/ports.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call a route:
 * - `anyone`
 * - `client`: a client that authenticates with its credentials (RFC 6749 §2.3)
 * - `grant`: a client as above, the signer of an assertion (RFC 7521 §4.1), or a workload that another issuer vouches for
 * - `permission`: the holder of a management token that has this permission
 * - `clientOrPermission`: a client or such a holder (RFC 7662 §2.1)
 */
export type Caller =
  | 'anyone'
  | 'client'
  | 'grant'
  | { readonly permission: SystemPermission }
  | { readonly clientOrPermission: SystemPermission };

/** How errors look: RFC 6749 §5.2 JSON, or RFC 9457 problem+json. */
export type ErrorStyle = 'oauth' | 'problem';

/** How a body is encoded: JSON; a JSON merge patch (RFC 7396); a form (RFC 6749 appendix B); or a form that may also come as flat JSON (DEC16). */
export type BodyEncoding = 'json' | 'merge-patch' | 'form' | 'form-or-flat-json';

export interface Body {
  readonly encoding: BodyEncoding;
  readonly schema: z.ZodType;
  /** Members that a form may repeat (RFC 8707 §2, RFC 8693 §2.1). */
  readonly repeatable?: readonly string[];
  readonly example: unknown;
}

/** The answer of a success. Without a schema it has no body. */
export interface Reply {
  readonly status: 200 | 201 | 204;
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /**
   * The media type of the same answer as a signed JWT, for requests whose `Accept` is just that (RFC 9701 §4). Where there
   * is no schema, the answer has no other form.
   */
  readonly signedAs?: `application/${string}+jwt`;
  /** For answers that caches may keep, each for as long as it says where that varies; all others are `no-store`. */
  readonly maxAgeSeconds?: number | 'varying';
}

/** Everything there is to say about a route. Stack, OpenAPI document, local gateway and tests are read off it. */
export interface Route {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly summary: string;
  readonly caller: Caller;
  readonly errors: ErrorStyle;
  readonly query?: z.ZodObject;
  readonly body?: Body;
  readonly reply: Reply;
  /** The audit event of a change; required of every route that changes anything. */
  readonly audit?: AuditEventType;
}

/** One Lambda: what it is for, what it may touch, which routes it serves (by operation name). */
export interface LambdaTable {
  readonly name: string;
  readonly purpose: string;
  readonly grants: readonly Grant[];
  readonly routes: Readonly<Record<string, Route>>;
  /** For a function that runs by itself, one run after the other. */
  readonly schedule?: { readonly everyMinutes: number };
  /** How long a run may take where no request waits for it. */
  readonly timeoutSeconds?: number;
}

type GrantsForManager = 'records:read' | 'tokens:verify' | 'proofs:verify' | 'audit:append';

type GrantsForClient =
  | 'records:read'
  | 'pepper:use'
  | 'secrets:hash'
  | 'failures:count'
  | 'usage:note'
  | 'assertions:verify'
  | 'assertions:redeem'
  | 'certificates:verify'
  | 'audit:append';

/** Grants without which a kind of caller cannot be recognised, or refused and written down. */
interface GrantsForCaller {
  readonly anyone: never;
  readonly client: GrantsForClient;
  readonly grant: 'workloads:verify' | 'proofs:verify' | GrantsForClient;
  readonly manager: GrantsForManager;
  readonly either: GrantsForManager | GrantsForClient;
}

type CallerKind<C> = C extends 'anyone' | 'client' | 'grant'
  ? C
  : C extends { readonly permission: SystemPermission }
    ? 'manager'
    : 'either';

type GrantsForRoute<R extends Route> =
  | GrantsForCaller[CallerKind<R['caller']>]
  | (R extends { readonly reply: { readonly status: 201 } } ? 'requests:remember' : never)
  | (R extends { readonly query: z.ZodType<{ readonly cursor?: string | undefined }> } ? 'pepper:use' : never);

type NeededGrants<Table extends LambdaTable> = GrantsForRoute<Table['routes'][keyof Table['routes']]>;

type Missing<Table extends LambdaTable> = Exclude<NeededGrants<Table>, Table['grants'][number]>;

/** Declares a Lambda. A grant that its routes cannot do without must be listed, or the declaration is a type error. */
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
 * A path as an HTTP API of API Gateway is told of it. That takes none with a slash at its end; the greedy variable in the
 * place of its last segment also brings other paths, which are nobody's.
 */
export function gatewayPath(path: Route['path']): Route['path'] {
  return path.endsWith('/') ? `/${path.split('/').slice(1, -2).join('/')}/{rest+}` : path;
}
