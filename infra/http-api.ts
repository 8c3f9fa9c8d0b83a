import { type RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  type CfnStage,
  DomainName,
  EndpointType,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { exchange } from '#shared/api/oauth.ts';
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
}

export interface PublicApiProps {
  readonly customDomain?: CustomDomain | undefined;
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
  readonly #tokenThrottle: RateLimit;

  constructor(scope: Construct, id: string, props: PublicApiProps) {
    super(scope, id);
    const { customDomain } = props;
    this.#tokenThrottle = props.tokenThrottle;
    this.domain = customDomain && this.#createDomain(customDomain);
    this.httpApi = new HttpApi(this, 'HttpApi', {
      apiName: 'Mintmark',
      description: 'Mintmark: OAuth endpoints and management API',
      createDefaultStage: false,
      disableExecuteApiEndpoint: customDomain !== undefined,
    });
    this.url = customDomain ? `https://${customDomain.domainName}` : this.httpApi.apiEndpoint;
    this.stage = this.#createStage(props);
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

  #createDomain({ domainName, certificate }: CustomDomain): DomainName {
    return new DomainName(this, 'Domain', {
      domainName,
      certificate,
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
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
