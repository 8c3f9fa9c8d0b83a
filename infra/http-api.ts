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
import { accessLogFormat } from './access-log.ts';
import { functionRoutes } from './routes.ts';

const tokenRouteKey = `${exchange.routes.token.method} ${exchange.routes.token.path}`;

/** A token bucket: what flows in per second, and how much it holds. API Gateway answers 429 beyond it. */
export interface RateLimit {
  readonly requestsPerSecond: number;
  readonly burstRequests: number;
}

/** A domain of the owner's, with a certificate for it in the same region. Its DNS record stays with the owner. */
export interface CustomDomain {
  readonly domainName: string;
  readonly certificate: ICertificate;
  /**
   * Makes everybody who comes by this domain show a certificate that leads to one of these (mutual TLS). That includes
   * whoever reads keys and metadata; give clients with certificates a `mutualTlsDomain` of their own otherwise.
   * @default nobody is asked for a certificate
   */
  readonly truststore?: Truststore | undefined;
}

/** A domain for clients with certificates. */
export interface MutualTlsDomain extends CustomDomain {
  readonly truststore: Truststore;
}

/**
 * A file of certificates in PEM: authorities that issue certificates to clients, and self-signed certificates of clients
 * themselves. It lies in a bucket of the owner's, whose versions are kept, in the same region.
 */
export interface Truststore {
  readonly bucket: IBucket;
  readonly key: string;
  /** API Gateway reads the file when this changes. */
  readonly version?: string | undefined;
}

export interface PublicApiProps {
  readonly customDomain?: CustomDomain | undefined;
  readonly mutualTlsDomain?: MutualTlsDomain | undefined;
  readonly throttle: RateLimit;
  readonly tokenThrottle: RateLimit;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** The HTTP API in front of the functions: one `$default` stage, so that the issuer's URL has no path. */
export class PublicApi extends Construct {
  readonly httpApi: HttpApi;
  readonly stage: HttpStage;
  /** Without a slash at its end. */
  readonly url: string;
  /** The custom domain, if there is one; it knows where the owner's DNS record has to point. */
  readonly domain: DomainName | undefined;
  /** The same of the domain for clients with certificates. */
  readonly mutualTlsDomain: DomainName | undefined;
  /** Where clients use their certificates, without a slash at its end. */
  readonly mutualTlsUrl: string | undefined;
  readonly #tokenThrottle: RateLimit;

  constructor(scope: Construct, id: string, props: PublicApiProps) {
    super(scope, id);
    const { customDomain, mutualTlsDomain } = props;
    assertOtherDoor(props);
    this.#tokenThrottle = props.tokenThrottle;
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

  /** Leads the routes of a function of the API tables to where it is deployed. */
  serve(functionName: string, handler: IFunction): void {
    const integration = new HttpLambdaIntegration(functionName, handler, { scopePermissionToRoute: false });
    for (const { method, path } of functionRoutes().filter((route) => route.functionName === functionName)) {
      const routeKey = HttpRouteKey.with(path, method as HttpMethod);
      const route = new HttpRoute(this.httpApi, routeKey.key, { httpApi: this.httpApi, integration, routeKey });
      if (routeKey.key === tokenRouteKey) this.#throttleTokenRoute(route);
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

  /** Every answer of this route costs a signature of KMS, whose quota the whole account shares; so it has its own metrics too. */
  #throttleTokenRoute(route: HttpRoute): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    stage.routeSettings = {
      [tokenRouteKey]: {
        ThrottlingRateLimit: this.#tokenThrottle.requestsPerSecond,
        ThrottlingBurstLimit: this.#tokenThrottle.burstRequests,
        DetailedMetricsEnabled: true,
      },
    };
    // API Gateway refuses settings for a route that is not there yet.
    stage.node.addDependency(route);
  }
}

/**
 * API Gateway's own URL asks for no certificate, so it is off beside a domain that does; and then there has to be another
 * one for everybody else.
 * @throws Error where there is none
 */
function assertOtherDoor({ customDomain, mutualTlsDomain }: PublicApiProps): void {
  if (mutualTlsDomain === undefined || customDomain !== undefined) return;
  throw new Error('A mutualTlsDomain needs a customDomain beside it, for everybody without a certificate.');
}

function mutualTlsUrlOf({ customDomain, mutualTlsDomain }: PublicApiProps): string | undefined {
  const asking = [mutualTlsDomain, customDomain].find((domain) => domain?.truststore !== undefined);
  return asking && `https://${asking.domainName}`;
}

function mtlsOf({ bucket, key, version }: Truststore): MTLSConfig {
  return { bucket, key, ...(version !== undefined && { version }) };
}
