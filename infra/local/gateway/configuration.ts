import type { Context } from 'aws-lambda';
import type { KeyedCertificate } from '../tls/server-certificate.ts';

/**
 * A Lambda handler as API Gateway calls it: proxy handlers of both payload formats, authorizers and middy handlers. The
 * type of the event is `never`, because only the handler knows which event it expects. Its answer is parsed.
 */
export type LambdaHandler = (event: never, context: Context, ...rest: never[]) => unknown;

/** The configuration of a Lambda authorizer. */
export interface GatewayAuthorizer {
  readonly handler: LambdaHandler;
  /**
   * Selection expressions for the cache key. A request without a value for one of them is refused. HTTP API:
   * `$request.header.Authorization`, `$request.querystring.key`, `$context.routeKey`; REST API:
   * `method.request.header.Authorization`, `method.request.querystring.key`, `context.httpMethod`.
   */
  readonly identitySources: readonly string[];
  /** How long a result is cached, 0 to 3600; 0 switches the cache off. */
  readonly resultTtlSeconds: number;
  /** For REST APIs only: a TOKEN authorizer receives only the token. The default is REQUEST. */
  readonly type?: 'REQUEST' | 'TOKEN';
}

/**
 * The JWT authorizer that HTTP APIs contain. It finds keys through OpenID discovery and accepts only RSA signatures.
 */
export interface JwtAuthorizer {
  readonly type: 'JWT';
  /** The value of the `iss` claim. It must serve `/.well-known/openid-configuration`. */
  readonly issuer: string;
  /** The accepted values of `aud`, or of `client_id` in a token without `aud`. */
  readonly audience: readonly string[];
  /** The selection expression of the token, by default `$request.header.Authorization`. */
  readonly identitySource?: string;
}

/** The token bucket of a route: it holds `burst` requests and gains `ratePerSecond`. */
interface ThrottleSettings {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** A method and path, with the Lambda that serves them. */
export interface GatewayRoute {
  /** An HTTP method, or ANY for all methods without a route of their own on this path. */
  readonly method: string;
  /**
   * A path such as `/v1/tenants/{tenantId}`. A last segment `{proxy+}` matches the rest of the path. `$default` takes
   * every request to an HTTP API that no other route takes.
   */
  readonly path: string;
  readonly handler: LambdaHandler;
  /** The name in the Lambda context and in reported failures. */
  readonly functionName?: string;
  readonly authorizer?: GatewayAuthorizer | JwtAuthorizer;
  /** For a JWT authorizer: the token needs at least one of these scopes. */
  readonly authorizationScopes?: readonly string[];
  readonly throttle?: ThrottleSettings;
}

/** A REST API with one stage. Its URLs begin with `/<stage>`, and its handlers receive payload format 1.0. */
export interface RestApi {
  readonly stage: string;
  readonly routes: readonly GatewayRoute[];
}

/** A request and its status. The query string is left out, because it can contain secrets. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** The code of a refusal, such as `invalid_client`. */
  readonly errorCode: string | undefined;
}

/** A Lambda that threw an error, timed out, or returned an answer that API Gateway cannot use. */
export interface HandlerFailure {
  readonly functionName: string;
  readonly error: unknown;
}

/** Returns the certificate of the moment. A running gateway asks for it again every hour. */
export type CertificateSource = () => Promise<KeyedCertificate>;

/** A custom domain with mutual TLS. */
export interface MutualTls {
  readonly serverCertificate: KeyedCertificate;
  /** Certificates in PEM: certificate authorities of clients, or self-signed certificates of clients. */
  readonly truststore: readonly string[];
  /** The port to listen on. 0, the default, means any free port. */
  readonly port?: number;
}

/** The configuration of a local gateway. */
export interface GatewayOptions {
  /** The routes of the HTTP API, without a prefix (stage `$default`). Handlers receive payload format 2.0. */
  readonly httpRoutes: readonly GatewayRoute[];
  readonly restApis?: readonly RestApi[];
  /** The port to listen on. 0, the default, means any free port. */
  readonly port?: number;
  /** With it, the port speaks https, and plain HTTP no more. */
  readonly https?: CertificateSource | undefined;
  /** A second port with mutual TLS for the same APIs. */
  readonly mutualTls?: MutualTls | undefined;
  /** How long the gateway waits for a Lambda before it answers with an error, by default 29000. */
  readonly timeoutMilliseconds?: number;
  /** The clock for request times, authorizer caches and throttles, by default `Date.now`. */
  readonly nowMilliseconds?: () => number;
  readonly onRequest?: (line: RequestLine) => void;
  /** Called with each failure that CloudWatch would show. By default failures are printed to standard error. */
  readonly onHandlerError?: (failure: HandlerFailure) => void;
}

/** A running local gateway. */
export interface Gateway {
  /** Base URL without a trailing slash, such as `http://localhost:8787`. */
  readonly url: string;
  /** Base URL of the port with mutual TLS, if there is one. */
  readonly mutualTlsUrl?: string | undefined;
  /**
   * Stops listening, waits a limited time for current requests, and then closes all connections. It can be called
   * twice.
   */
  close(): Promise<void>;
}
