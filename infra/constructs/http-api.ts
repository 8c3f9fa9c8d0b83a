import { type RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  ApiMapping,
  type CfnStage,
  DomainName,
  EndpointType,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  type MTLSConfig,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { exchange } from '#shared/api/oauth/oauth.ts';
import { DEFAULT_ROUTE, functionRoutes, type RouteLimit } from '../routes.ts';
import { accessLogFormat } from './access-log.ts';

const tokenRouteKey = `${exchange.routes.token.method} ${exchange.routes.token.path}`;

/** A limit of requests, as a token bucket: its refill per second and its size. Beyond it, API Gateway answers 429. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  readonly burstRequests: number;
}

/** A domain of the deployment's owner, with its certificate in the same region. The owner sets the DNS record. */
export interface CustomDomain {
  readonly domainName: string;
  readonly certificate: ICertificate;
  /**
   * Requires a client certificate on every connection to this domain (mutual TLS). The certificate must lead to a
   * certificate in the truststore. This also applies to verifiers that read keys and metadata; to spare them, use a
   * separate `mutualTlsDomain`.
   * @default no certificate is required
   */
  readonly truststore?: Truststore | undefined;
}

/** A domain that accepts only clients with certificates. */
export interface MutualTlsDomain extends CustomDomain {
  readonly truststore: Truststore;
}

/**
 * A file of trusted certificates in PEM: certificate authorities of clients, and self-signed certificates of clients.
 * It is an object in a versioned S3 bucket in the same region.
 */
export interface Truststore {
  readonly bucket: IBucket;
  readonly key: string;
  /** The version of the object. API Gateway reads the file again when this changes. */
  readonly version?: string | undefined;
}

/** The properties of the HTTP API: domains, limits and logs. */
export interface PublicApiProps {
  readonly customDomain?: CustomDomain | undefined;
  readonly mutualTlsDomain?: MutualTlsDomain | undefined;
  readonly throttle: RateLimit;
  readonly tokenThrottle: RateLimit;
  readonly signedAnswerThrottle: RateLimit;
  readonly guessThrottle: RateLimit;
  readonly unservedThrottle: RateLimit;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** The HTTP API of Mintmark's functions. It has one stage, `$default`, so the issuer's URL has no path. */
export class PublicApi extends Construct {
  readonly httpApi: HttpApi;
  readonly stage: HttpStage;
  /** The base URL, without a slash at its end. */
  readonly url: string;
  /** The custom domain, if there is one. Its `regionalDomainName` is the target of the owner's DNS record. */
  readonly domain: DomainName | undefined;
  /** The domain for clients with certificates, if there is one. */
  readonly mutualTlsDomain: DomainName | undefined;
  /** The base URL for clients with certificates, without a slash at its end. */
  readonly mutualTlsUrl: string | undefined;
  /** Why a route has a limit of its own → the limit. */
  readonly #throttles: Readonly<Record<RouteLimit, RateLimit>>;

  constructor(scope: Construct, id: string, props: PublicApiProps) {
    super(scope, id);
    const { customDomain, mutualTlsDomain } = props;
    assertCustomDomain(props);
    this.#throttles = {
      token: props.tokenThrottle,
      answer: props.signedAnswerThrottle,
      guess: props.guessThrottle,
      unserved: props.unservedThrottle,
    };
    this.domain = customDomain && this.#createDomain('Domain', customDomain);
    this.mutualTlsDomain = mutualTlsDomain && this.#createDomain('MutualTlsDomain', mutualTlsDomain);
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: 'Mintmark',
      description: 'Mintmark: OAuth endpoints and management API',
      createDefaultStage: false,
      disableExecuteApiEndpoint: customDomain !== undefined,
    });
    this.url = customDomain ? `https://${customDomain.domainName}` : this.httpApi.apiEndpoint;
    this.mutualTlsUrl = mutualTlsUrlOf(props);
    this.stage = this.#createStage(props);
    this.#mapMutualTlsDomain();
    Validations.of(this.httpApi).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Mintmark is the authorization server: its endpoints authenticate OAuth clients and management tokens themselves, and keys and metadata are public.',
    });
  }

  /** Connects a function's routes in the API tables to its Lambda. */
  serve(functionName: string, handler: IFunction): void {
    const integration = new HttpLambdaIntegration(functionName, handler, { scopePermissionToRoute: false });
    for (const { method, path, limit } of functionRoutes().filter((route) => route.functionName === functionName)) {
      const routeKey = path === DEFAULT_ROUTE ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, method as HttpMethod);
      const route = new HttpRoute(this.httpApi, routeKey.key, { httpApi: this.httpApi, integration, routeKey });
      if (limit !== undefined) this.#throttle(route, routeKey, this.#throttles[limit]);
    }
  }

  #createDomain(id: string, { domainName, certificate, truststore }: CustomDomain): DomainName {
    return new DomainName(this, id, {
      domainName,
      certificate,
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
      ...(truststore && { mtls: mtlsOf(truststore) }),
    });
  }

  #mapMutualTlsDomain(): void {
    const { httpApi: api, stage, mutualTlsDomain: domainName } = this;
    if (domainName !== undefined) new ApiMapping(this, 'MutualTlsMapping', { api, stage, domainName });
  }

  #createStage({ throttle, logRetention, removalPolicy }: PublicApiProps): HttpStage {
    const accessLog = new LogGroup(this, 'AccessLog', { retention: logRetention, removalPolicy });
    return new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessLogFormat },
      throttle: { rateLimit: throttle.requestsPerSecond, burstLimit: throttle.burstRequests },
      ...(this.domain && { domainMapping: { domainName: this.domain } }),
    });
  }

  /**
   * Gives a route its own limit: a route that signs, because the whole account shares KMS's quota of signatures; a route
   * that takes guesses, because their number is what keeps a short code safe; and the default route, because scanners
   * start its function. The token route also gets its own metrics.
   */
  #throttle(route: HttpRoute, { key }: HttpRouteKey, { requestsPerSecond, burstRequests }: RateLimit): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    stage.routeSettings = {
      ...stage.routeSettings,
      [key]: {
        ThrottlingRateLimit: requestsPerSecond,
        ThrottlingBurstLimit: burstRequests,
        ...(key === tokenRouteKey && { DetailedMetricsEnabled: true }),
      },
    };
    // API Gateway refuses settings for a route that does not exist yet.
    stage.node.addDependency(route);
  }
}

/**
 * Checks that callers without a certificate have a domain. API Gateway's own URL never requires a certificate. It is
 * switched off if there is a domain with mutual TLS.
 * @throws Error if there is a `mutualTlsDomain` without a `customDomain`
 */
function assertCustomDomain({ customDomain, mutualTlsDomain }: PublicApiProps): void {
  if (mutualTlsDomain === undefined || customDomain !== undefined) return;
  throw new Error('A mutualTlsDomain needs a customDomain beside it, for callers without a certificate.');
}

function mutualTlsUrlOf({ customDomain, mutualTlsDomain }: PublicApiProps): string | undefined {
  const domain = [mutualTlsDomain, customDomain].find((candidate) => candidate?.truststore !== undefined);
  return domain && `https://${domain.domainName}`;
}

function mtlsOf({ bucket, key, version }: Truststore): MTLSConfig {
  return { bucket, key, ...(version !== undefined && { version }) };
}
