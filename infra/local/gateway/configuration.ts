import type { Context } from 'aws-lambda';
import type { KeyedCertificate } from '../server-certificate.ts';

/**
 * A Lambda handler as API Gateway calls it: v1 and v2 proxy handlers, authorizers and middy handlers all fit. The
 * event is `never` because only the handler knows which event it expects; what comes back is parsed, never trusted.
 */
export type LambdaHandler = (event: never, context: Context, ...rest: never[]) => unknown;

/** A Lambda authorizer as configured on an API. */
export interface GatewayAuthorizer {
  readonly handler: LambdaHandler;
  /**
   * Selection expressions that must all be present and that together are the cache key. HTTP API:
   * `$request.header.Authorization`, `$request.querystring.key`, `$context.routeKey`; REST API:
   * `method.request.header.Authorization`, `method.request.querystring.key`, `context.httpMethod`.
   */
  readonly identitySources: readonly string[];
  /** How long a result is reused, 0 to 3600; 0 switches the cache off. */
  readonly resultTtlSeconds: number;
  /** REST APIs only: TOKEN authorizers receive nothing but the token. Defaults to REQUEST. */
  readonly type?: 'REQUEST' | 'TOKEN';
}

/**
 * The JWT authorizer built into HTTP APIs. It finds the keys through OpenID discovery and takes RSA signatures only.
 */
export interface JwtAuthorizer {
  readonly type: 'JWT';
  /** Equal to the `iss` claim; `/.well-known/openid-configuration` below it must answer. */
  readonly issuer: string;
  /** One of these must be in `aud` or, in a token without `aud`, be the `client_id`. */
  readonly audience: readonly string[];
  /** Where the token is, by default `$request.header.Authorization`. */
  readonly identitySource?: string;
}

/** Token bucket of a route: `burst` requests at once, refilled with `ratePerSecond`. */
interface ThrottleSettings {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** One method and path, and the Lambda behind it. */
export interface GatewayRoute {
  /** An HTTP method, or ANY for those no other route of the path names. */
  readonly method: string;
  /** Such as `/v1/tenants/{tenantId}`; a last segment `{proxy+}` takes the rest of the path. */
  readonly path: string;
  readonly handler: LambdaHandler;
  /** Name in the Lambda context and in reported failures. */
  readonly functionName?: string;
  readonly authorizer?: GatewayAuthorizer | JwtAuthorizer;
  /** With a JWT authorizer: the token needs at least one of these scopes. */
  readonly authorizationScopes?: readonly string[];
  readonly throttle?: ThrottleSettings;
}

/** A REST API deployed to one stage; its URLs start with `/<stage>`. Handlers receive payload 1.0. */
export interface RestApi {
  readonly stage: string;
  readonly routes: readonly GatewayRoute[];
}

/** One answered request. The query string is left out: it may carry secrets. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** A Lambda that threw, timed out or answered something API Gateway cannot use. */
export interface HandlerFailure {
  readonly functionName: string;
  readonly error: unknown;
}

/** A custom domain with mutual TLS. */
export interface MutualTls {
  readonly serverCertificate: KeyedCertificate;
  /** Certificates in PEM: authorities of clients, or clients' own self-signed ones. */
  readonly truststore: readonly string[];
  /** Port to listen on; 0, the default, takes any free one. */
  readonly port?: number;
}

/** What a local gateway serves, and how. */
export interface GatewayOptions {
  /** Routes of the HTTP API, served without a prefix (stage `$default`). Handlers receive payload 2.0. */
  readonly httpRoutes: readonly GatewayRoute[];
  readonly restApis?: readonly RestApi[];
  /** Address to listen on, by default 127.0.0.1. */
  readonly host?: string;
  /** Port to listen on; 0, the default, takes any free one. */
  readonly port?: number;
  /** Where the same APIs are to be reached by mutual TLS too. */
  readonly mutualTls?: MutualTls | undefined;
  /** How long a Lambda may take before the gateway answers for it, by default 29000. */
  readonly timeoutMilliseconds?: number;
  /** The clock of request times, authorizer cache and throttle, by default `Date.now`. */
  readonly nowMilliseconds?: () => number;
  readonly onRequest?: (line: RequestLine) => void;
  /** Told what CloudWatch would show; by default it is printed to standard error. */
  readonly onHandlerError?: (failure: HandlerFailure) => void;
}

/** A running local gateway. */
export interface Gateway {
  /** Base URL without a trailing slash, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** The same of the domain with mutual TLS, if there is one. */
  readonly mutualTlsUrl?: string | undefined;
  /**
   * Stops accepting, lets requests in flight finish for a bounded time, then closes every socket. May be called
   * again.
   */
  close(): Promise<void>;
}
